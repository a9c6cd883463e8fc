-- Reports of erasures: how many rows of which tables went, what else was reached, and what was found when it was looked for afterwards.
-- They name ids that nothing else holds any more, never a name or a value.

CREATE TABLE erasure_report (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_kind TEXT NOT NULL,
    by_member TEXT,
    second_member TEXT,
    at BIGINT NOT NULL,
    rows_gone TEXT NOT NULL,
    files BIGINT NOT NULL,
    told BIGINT NOT NULL,
    sources BIGINT NOT NULL,
    tombstones BIGINT NOT NULL,
    proved_at BIGINT,
    rows_left TEXT,
    rows_found TEXT,
    tables_read BIGINT,
    entry BIGINT,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX erasure_report_at ON erasure_report (at);

CREATE TABLE erased_id (
    erasure TEXT NOT NULL REFERENCES erasure_report (id),
    was TEXT NOT NULL,
    PRIMARY KEY (erasure, was)
);

CREATE INDEX erased_id_was ON erased_id (was);

-- What other stages reached of it after the erasure itself: files that partners sent, rows in quarantine.
CREATE TABLE erasure_reach (
    erasure TEXT NOT NULL REFERENCES erasure_report (id),
    what TEXT NOT NULL,
    n BIGINT NOT NULL,
    later BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (erasure, what)
);

INSERT INTO catalogue (table_name, kind) VALUES ('erased_id', 'plain'), ('erasure_reach', 'plain');
INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('erasure_report', 'staff', 'by_member,second_member', '''staff_access''', 'for_ever:it proves that what it names is gone', 'shown', 'never', 'never');
