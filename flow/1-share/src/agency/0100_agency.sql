-- The agencies that share, and who supplies which category of data.

CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('unit', 'police', 'youth_justice', 'council', 'education', 'social_care', 'health',
        'probation', 'fire', 'voluntary')),
    added_at BIGINT NOT NULL
);

CREATE TABLE holding (
    agency TEXT NOT NULL REFERENCES agency (id),
    category TEXT NOT NULL,
    PRIMARY KEY (category, agency)
);

-- One row. Its version goes up with every change to agencies and agreements, so that a decider that keeps
-- the register in memory knows at once that it is out of date, in whichever process the change was made.
CREATE TABLE register_version (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    version BIGINT NOT NULL
);

INSERT INTO register_version (only_row, version) VALUES (1, 1);

INSERT INTO catalogue (table_name, kind) VALUES ('agency', 'plain'), ('holding', 'plain'), ('register_version', 'plain');
