-- Unusual access: who leads whom, what each member looked at on each day, and the questions that followed. Counts, codes and places in
-- the log: no name and no reference of anybody who was looked at.

ALTER TABLE member ADD COLUMN line_manager TEXT;
-- A keyed digest of the postcode at which a member lives, if they gave it.
ALTER TABLE member ADD COLUMN home_digest TEXT;

CREATE TABLE looking_day (
    member TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    agency TEXT NOT NULL,
    duties TEXT NOT NULL,
    opened BIGINT NOT NULL,
    searches BIGINT NOT NULL,
    outside BIGINT NOT NULL,
    after_hours BIGINT NOT NULL,
    emergencies BIGINT NOT NULL,
    first_entry BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    PRIMARY KEY (member, day)
);

CREATE INDEX looking_day_day ON looking_day (day);

-- state: queued, asked, escalated, yes, no, closed, passed_over.
CREATE TABLE unusual_finding (
    id TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    day TEXT NOT NULL,
    rule TEXT NOT NULL,
    seen BIGINT NOT NULL,
    usual BIGINT,
    first_entry BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'asked', 'escalated', 'yes', 'no', 'closed', 'passed_over')),
    asked_of TEXT,
    asked_at BIGINT,
    answer_by BIGINT,
    escalated_at BIGINT,
    answered_by TEXT,
    answered_at BIGINT,
    answer TEXT,
    settled_by TEXT,
    settled_at BIGINT,
    settlement TEXT,
    UNIQUE (member, day, rule)
);

CREATE INDEX unusual_finding_state ON unusual_finding (state, answer_by);
CREATE INDEX unusual_finding_asked ON unusual_finding (asked_of, asked_at);
CREATE INDEX unusual_finding_member ON unusual_finding (member, rule, found_at);

-- What the log says of a day, in numbers: requests as a whole (held_by and category empty) and their parts. Nobody's record is in it.
CREATE TABLE looked_count (
    day TEXT NOT NULL,
    by_kind TEXT NOT NULL,
    by_agency TEXT NOT NULL,
    verb TEXT NOT NULL,
    purpose TEXT NOT NULL,
    held_by TEXT NOT NULL,
    category TEXT NOT NULL,
    outcome TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, by_kind, by_agency, verb, purpose, held_by, category, outcome)
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('looking_day', 'staff', 'member', 'unit', '''staff_access''', 'days:120:starts_at', 'shown', 'never', 'row'),
    ('unusual_finding', 'staff', 'member', 'unit', '''staff_access''', 'days:730:found_at', 'shown', 'never', 'row');
INSERT INTO catalogue (table_name, kind) VALUES ('looked_count', 'plain');
