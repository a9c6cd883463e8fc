-- A person is an id to which records belong; what is known of them stays in the records, each under its own agreement.

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    merged_into TEXT,
    made_at BIGINT NOT NULL,
    merged_at BIGINT
);

-- A superseded version of a record goes where its successor goes, so that what hangs on it still finds its person.
CREATE TABLE person_record (
    record TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES person (id),
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    superseded BOOLEAN NOT NULL DEFAULT FALSE,
    linked_at BIGINT NOT NULL
);

CREATE INDEX person_record_person ON person_record (person);
CREATE INDEX person_record_facet ON person_record (controller, category, record);

-- Where a record belonged before: what a merge joined can be parted again under the same ids.
CREATE TABLE person_move (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    from_person TEXT NOT NULL,
    to_person TEXT NOT NULL,
    cause TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL
);

CREATE INDEX person_move_record ON person_move (record, moved_at);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure)
VALUES
    ('person', 'subject', 'id', 'controller', 'category', 'for_ever', 'summarised', 'edit', 'row'),
    ('person_record', 'subject', 'record', 'controller', 'category', 'with:record', 'summarised', 'edit', 'with:record'),
    ('person_move', 'subject', 'record', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record');
