-- Emergency access: a member opens a person's records of another agency at once. It ends after hours, alarms that agency's data owner and
-- the unit's data protection officer, and must be justified. What was said in words is sealed.

CREATE TABLE emergency_access (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'data_request',
    person TEXT NOT NULL,
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    named BOOLEAN NOT NULL,
    categories TEXT NOT NULL,
    danger TEXT NOT NULL,
    why TEXT NOT NULL,
    gateway TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    justify_by BIGINT NOT NULL,
    justified_at BIGINT,
    justification TEXT,
    overdue_at BIGINT,
    owner_saw_by TEXT,
    owner_saw_at BIGINT,
    officer_saw_by TEXT,
    officer_saw_at BIGINT,
    verdict TEXT CHECK (verdict IN ('proper', 'improper')),
    judged_by TEXT,
    judged_at BIGINT,
    judgement TEXT,
    lifted_by TEXT,
    lifted_at BIGINT,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX emergency_access_owner ON emergency_access (controller, opened_at);
CREATE INDEX emergency_access_member ON emergency_access (member, opened_at);
CREATE INDEX emergency_access_person ON emergency_access (person);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('emergency_access', 'subject', 'person', 'controller', 'category', 'days:2190:opened_at', 'shown', 'never', 'row');
