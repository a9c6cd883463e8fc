-- Pairs of records that were weighed and kept: links, those that wait for a person, those that a person decided. The facets
-- (`controller category`) of both records stand beside them: whoever may not see both may not see the pair.
-- `left_record` sorts before `right_record`.

CREATE TABLE pair (
    left_record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    right_record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    left_facet TEXT NOT NULL,
    right_facet TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('link', 'review', 'required', 'forbidden', 'refused')),
    answer TEXT CHECK (answer IN ('same', 'different', 'not_sure')),
    weight DOUBLE PRECISION NOT NULL,
    pattern BIGINT NOT NULL,
    rarity TEXT NOT NULL,
    spec TEXT NOT NULL REFERENCES link_spec (version),
    run TEXT NOT NULL,
    PRIMARY KEY (left_record, right_record)
);

CREATE INDEX pair_right ON pair (right_record);
CREATE INDEX pair_review ON pair (weight, left_record, right_record) WHERE state IN ('review', 'refused');

-- What people decided about pairs. Nothing is overwritten: an undone or replaced decision stays with who undid it and when.
CREATE TABLE pair_decision (
    id TEXT PRIMARY KEY,
    left_record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    right_record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('same', 'different', 'not_sure')),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    undone_by TEXT,
    undone_at BIGINT
);

CREATE INDEX pair_decision_left ON pair_decision (left_record, right_record, decided_at);
CREATE INDEX pair_decision_right ON pair_decision (right_record);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure)
VALUES
    ('pair', 'subject', 'left_record', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record'),
    ('pair_decision', 'subject', 'left_record', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record');
