-- Attempts to reach a young person. The form's key makes sending it twice the same as sending it once.

CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    moment TEXT NOT NULL REFERENCES moment (id),
    person TEXT,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'contact',
    attempted_at BIGINT NOT NULL,
    how TEXT NOT NULL,
    reached BOOLEAN NOT NULL,
    agreed TEXT,
    next_at BIGINT,
    note TEXT NOT NULL DEFAULT '',
    made_by TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX contact_moment ON contact (moment, attempted_at);
CREATE INDEX contact_person ON contact (person);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('contact', 'subject', 'person', 'controller', 'category', 'days:2190', 'shown', 'edit', 'row');
