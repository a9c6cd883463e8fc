-- What is sealed or restricted: ids (of people, records, moments, and of every row found about them) and sources (`feed key`), each
-- with why (`cause`: a seal's id). A row that names one of them carries the suffix at its category, so that no permit for the
-- category covers it; triggers keep that true, whoever writes the row (see `marking`).

CREATE TABLE marked (
    id TEXT NOT NULL,
    suffix TEXT NOT NULL CHECK (suffix IN ('_sealed', '_restricted')),
    cause TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (id, suffix, cause)
);

CREATE INDEX marked_cause ON marked (cause, suffix);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('marked', 'staff', 'id', 'unit', '', 'for_ever', 'withheld:protection', 'never', 'never');

-- Whether rows of a table about people can be marked at all: an agency's account of what it did is kept as it is.
ALTER TABLE catalogue ADD COLUMN markable BOOLEAN NOT NULL DEFAULT TRUE;
