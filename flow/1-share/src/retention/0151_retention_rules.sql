-- The rules of retention by version. The version in force is the one that was approved last; the text is rules.toml as it stood.

CREATE TABLE retention_version (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    rules TEXT NOT NULL,
    why TEXT NOT NULL,
    based_on BIGINT,
    made_at BIGINT NOT NULL,
    effective_at BIGINT,
    withdrawn_at BIGINT
);

CREATE TABLE retention_version_step (
    version TEXT NOT NULL REFERENCES retention_version (id),
    step TEXT NOT NULL CHECK (step IN ('proposed', 'approved', 'withdrawn')),
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (version, step, member)
);

INSERT INTO catalogue (table_name, kind) VALUES ('retention_version', 'plain');
INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('retention_version_step', 'staff', 'member', '''staff_access''', 'for_ever:who answers for a rule is part of it', 'shown', 'never', 'never');
