-- What is sealed about somebody who asked what is held about them, agency by agency: looked through by those whom the agency named, and given
-- by them. For every request there is one for every agency that has named anybody, whether or not it holds anything (`found` is then 0): so
-- that what is sealed shows in nothing that the unit's data protection officer sees. Its category is sealed from birth.

CREATE TABLE rights_sealed (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES rights_request (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request_sealed',
    gathered TEXT NOT NULL,
    found BIGINT NOT NULL,
    -- What humans decided of its fields, as JSON: codes, and reasons that are sealed.
    marks TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('waiting', 'checked', 'ready', 'closed')),
    checked_by TEXT,
    approved_by TEXT,
    -- Why the second person sent it back, sealed.
    said TEXT,
    to_read TEXT,
    for_machines TEXT,
    ends_at BIGINT,
    given_by TEXT,
    given_at BIGINT,
    made_at BIGINT NOT NULL,
    UNIQUE (request, controller)
);

CREATE INDEX rights_sealed_open ON rights_sealed (controller, stage);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure, markable)
VALUES
    ('rights_sealed', 'subject', 'request', 'controller', 'category', 'with:rights_request', 'summarised', 'never',
     'with:rights_request', FALSE);
