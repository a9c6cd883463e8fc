-- The day on which regulations bring a law into force, as it was proposed; it counts (`in_force:<rule>`) once somebody of another agency has
-- confirmed it. One proposal waits for each law at the most.

CREATE TABLE law_commencement (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    -- None takes the day away that counts.
    day TEXT,
    made_at BIGINT NOT NULL,
    -- When it was confirmed or withdrawn.
    settled_at BIGINT
);

CREATE UNIQUE INDEX law_commencement_open ON law_commencement (rule) WHERE settled_at IS NULL;

CREATE TABLE law_commencement_step (
    commencement TEXT NOT NULL REFERENCES law_commencement (id),
    step TEXT NOT NULL CHECK (step IN ('proposed', 'confirmed', 'withdrawn')),
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (commencement, step)
);

INSERT INTO catalogue (table_name, kind) VALUES ('law_commencement', 'plain');
INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('law_commencement_step', 'staff', 'member', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
