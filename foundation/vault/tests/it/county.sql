-- A small schema of a stage: agencies, records of people and notes that hang on records.

CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE colleague (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE record (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    source_key TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT,
    n BIGINT,
    share DOUBLE PRECISION,
    flag BOOLEAN,
    expires_on TEXT,
    UNIQUE (feed, source_key)
);

CREATE TABLE remark (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL REFERENCES record (id),
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE letter (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    came_at BIGINT
);

CREATE TABLE visit (
    colleague TEXT NOT NULL,
    until BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('agency', 'plain', '', 'unit', '', 'for_ever', '', '', ''),
    ('colleague', 'staff', 'id', 'unit', '''staff''', 'for_ever', 'shown', 'edit', 'row'),
    ('record', 'subject', 'id', 'controller', 'category', 'feed', 'shown', 'new_version', 'row'),
    ('remark', 'subject', 'record', 'controller', 'category', 'with:record', 'shown', 'edit', 'with:record'),
    ('letter', 'subject', 'id', 'controller', 'category', 'days:30:came_at', 'shown', 'edit', 'row'),
    ('visit', 'staff', 'colleague', 'unit', '''staff''', 'days:1:until', 'shown', 'edit', 'row');
