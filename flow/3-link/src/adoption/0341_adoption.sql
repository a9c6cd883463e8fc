-- Two identities of one adopted child that are never joined. Who made the link's absence known to the program stands here, and the two
-- members who alone see it and who lift it together. Which records are of which identity stands beside it, by source too, so that a
-- new version is of the same.

CREATE TABLE adoption_link (
    id TEXT PRIMARY KEY,
    one_person TEXT NOT NULL,
    other_person TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'link_decision',
    first_member TEXT NOT NULL,
    second_member TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    first_lifts_at BIGINT,
    second_lifts_at BIGINT,
    lifted_at BIGINT,
    -- Written to find out whether a joining would cross it, by whoever may not read it.
    kept_apart BIGINT NOT NULL DEFAULT 0,
    CHECK (first_member <> second_member),
    CHECK (one_person <> other_person)
);

CREATE TABLE adoption_source (
    adoption TEXT NOT NULL REFERENCES adoption_link (id) ON DELETE CASCADE,
    record TEXT NOT NULL,
    origin TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('one', 'other')),
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'link_decision',
    PRIMARY KEY (adoption, record)
);

CREATE INDEX adoption_source_record ON adoption_source (record);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure, markable)
VALUES
    ('adoption_link', 'subject', 'one_person,other_person', 'controller', 'category', 'days:2190:lifted_at', 'withheld:protection', 'never', 'row', FALSE),
    ('adoption_source', 'subject', 'record', 'controller', 'category', 'with:record', 'withheld:protection', 'never', 'with:record', FALSE);
