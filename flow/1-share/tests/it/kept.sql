-- What later stages would bring: records of people, who they belong to, and what was done for them.

CREATE TABLE record (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    source_key TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    delivery TEXT NOT NULL DEFAULT '',
    event_at BIGINT,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    expires_on TEXT
);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    merged_into TEXT
);

CREATE TABLE person_record (
    record TEXT PRIMARY KEY REFERENCES record (id),
    person TEXT NOT NULL REFERENCES person (id),
    controller TEXT NOT NULL,
    category TEXT NOT NULL
);

CREATE TABLE piece_of_work (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL REFERENCES record (id),
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    state TEXT NOT NULL,
    to_agency TEXT,
    blob TEXT
);

CREATE TABLE just_found (
    digest TEXT PRIMARY KEY,
    ends_at BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('record', 'subject', 'id', 'controller', 'category', 'feed', 'shown', 'new_version', 'row'),
    ('person', 'subject', 'id', 'controller', 'category', 'while:person_record', 'summarised', 'edit', 'row'),
    ('person_record', 'subject', 'record', 'controller', 'category', 'with:record', 'summarised', 'edit', 'with:record'),
    ('piece_of_work', 'subject', 'record', 'controller', 'category', 'with:record', 'shown', 'edit', 'with:record'),
    ('just_found', 'staff', '', 'unit', '', 'days:1:ends_at', '', '', 'emptied');
