-- Reachable moments. A moment carries the controller and the category of its record, since it reveals that record.
-- origin is the feed and the source's own id, the same in every version of the record: it raises each type once.

CREATE TABLE moment (
    id TEXT PRIMARY KEY,
    moment_type TEXT NOT NULL,
    record TEXT NOT NULL,
    origin TEXT NOT NULL,
    person TEXT,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT '',
    event_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    paused_micros BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'contacted', 'closed', 'merged')),
    waiting BOOLEAN NOT NULL,
    paused_why TEXT,
    paused_by TEXT,
    paused_since BIGINT,
    first_contact TEXT,
    first_contact_at BIGINT,
    contact_outcome TEXT,
    agreed TEXT,
    in_time BOOLEAN,
    closed_at BIGINT,
    closed_reason TEXT,
    closed_by TEXT,
    merged_into TEXT,
    merged_at BIGINT,
    age_band TEXT NOT NULL,
    sex TEXT NOT NULL,
    ethnicity TEXT NOT NULL,
    area TEXT,
    district TEXT,
    assigned_to TEXT,
    raised_at BIGINT NOT NULL,
    next_check_at BIGINT,
    changes BIGINT NOT NULL DEFAULT 0,
    UNIQUE (origin, moment_type)
);

CREATE INDEX moment_waiting ON moment (waiting, due_at, id);
CREATE INDEX moment_person ON moment (person);
CREATE INDEX moment_record ON moment (record);
CREATE INDEX moment_assigned ON moment (assigned_to, state);
CREATE INDEX moment_next_check ON moment (next_check_at);
CREATE INDEX moment_type_event ON moment (moment_type, event_at);

-- How many records raised nothing, and why: for each batch once, so that what was not raised is known too.
CREATE TABLE moment_not_raised (
    batch TEXT NOT NULL,
    moment_type TEXT NOT NULL,
    why TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (batch, moment_type, why)
);

-- The purpose for which a member opened a moment at this sign-in, remembered for half an hour.
CREATE TABLE moment_opening (
    sign_in TEXT NOT NULL,
    opened TEXT NOT NULL,
    member TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    until BIGINT NOT NULL,
    PRIMARY KEY (sign_in, opened)
);

CREATE INDEX moment_opening_until ON moment_opening (until);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('moment', 'subject', 'person', 'controller', 'category', 'with:record', 'shown', 'new_version', 'with:record'),
    ('moment_not_raised', 'plain', '', 'unit', '', 'days:730', '', '', ''),
    ('moment_opening', 'staff', 'member', 'unit', '', 'days:1', '', '', '');
