-- The quarterly transparency report: a draft that is counted, proposed by one person and published by another; and what was published,
-- which is never changed. Its body is what is shown, word for word: every number in it has been through suppression.

CREATE TABLE transparency_draft (
    quarter TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    counted_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'published')),
    proposed_by TEXT,
    proposed_at BIGINT,
    published_by TEXT,
    published_at BIGINT,
    CHECK (published_by IS NULL OR published_by <> proposed_by)
);

CREATE TABLE transparency_report (
    quarter TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    published_at BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('transparency_draft', 'staff', 'proposed_by', 'unit', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
INSERT INTO catalogue (table_name, kind) VALUES ('transparency_report', 'plain');
