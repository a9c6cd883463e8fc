-- What somebody looked up, for a quarter of an hour, for them alone: sealed, under a keyed digest of the random id in the page's address. It is
-- looked up, never listed. What was typed is not in it.

CREATE TABLE held_answer (
    digest TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE INDEX held_answer_end ON held_answer (ends_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('held_answer', 'staff', '', 'unit', '', 'days:1:ends_at', '', '', 'emptied');
