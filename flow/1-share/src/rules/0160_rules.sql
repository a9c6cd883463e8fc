-- The rules of sharing by version. The version in force is the one that took effect last; the texts are /policies as they stood.

CREATE TABLE rule_version (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    texts TEXT NOT NULL,
    why TEXT NOT NULL,
    -- The version that it changes; none for the first.
    based_on BIGINT,
    -- Not before this time; none for as soon as it is approved.
    wanted_from BIGINT,
    made_at BIGINT NOT NULL,
    effective_at BIGINT,
    withdrawn_at BIGINT
);

CREATE INDEX rule_version_effective ON rule_version (effective_at);

-- Who proposed, approved or withdrew a version. What the program itself proposes with a new release has no such row.
CREATE TABLE rule_step (
    version TEXT NOT NULL REFERENCES rule_version (id),
    step TEXT NOT NULL CHECK (step IN ('proposed', 'approved', 'withdrawn')),
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (version, step, member)
);

INSERT INTO catalogue (table_name, kind) VALUES ('rule_version', 'plain');
INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('rule_step', 'staff', 'member', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
