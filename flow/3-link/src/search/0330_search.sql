-- By what a record's person can be found: first given name and family name folded, the date of birth, and keyed digests of the
-- NHS number and the unique pupil number. One row for each current record.

CREATE TABLE person_search (
    record TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    given TEXT NOT NULL,
    family TEXT NOT NULL,
    dob TEXT,
    nhs_digest TEXT,
    upn_digest TEXT
);

CREATE INDEX person_search_dob ON person_search (dob, family);
CREATE INDEX person_search_nhs ON person_search (nhs_digest) WHERE nhs_digest IS NOT NULL;
CREATE INDEX person_search_upn ON person_search (upn_digest) WHERE upn_digest IS NOT NULL;

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure)
VALUES
    ('person_search', 'subject', 'record', 'controller', 'category', 'with:record', 'withheld:duplicate', 'new_version', 'with:record');
