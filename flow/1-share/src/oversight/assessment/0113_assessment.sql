-- Signed versions of the impact assessment: what people judged, on which configuration. What is generated is not kept, but its lines are,
-- so that a later reader sees what has changed since.

CREATE TABLE assessment_version (
    number BIGINT PRIMARY KEY,
    signed_by TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    review_on TEXT NOT NULL,
    consulted TEXT NOT NULL,
    judgements TEXT NOT NULL,
    hash TEXT NOT NULL,
    lines TEXT NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('assessment_version', 'staff', 'signed_by', 'unit', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
