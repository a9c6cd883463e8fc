-- Who decides whether what is held about somebody is deleted: each agency that holds a record of theirs, about what it holds. What an agency
-- seals is decided apart, as a sealed part, by two whom it named; `whom` is the person, sealed, since the request forgets them with the rest.

CREATE TABLE rights_decision (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES rights_request (id) ON DELETE CASCADE,
    -- The agency that is asked.
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request',
    asked_at BIGINT NOT NULL,
    outcome TEXT,
    why TEXT,
    -- What the person is told, sealed.
    words TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    UNIQUE (request, controller)
);

CREATE INDEX rights_decision_open ON rights_decision (controller, decided_at);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure, markable)
VALUES
    ('rights_decision', 'subject', 'request', 'controller', 'category', 'with:rights_request', 'shown', 'never',
     'with:rights_request', FALSE);

-- When the agencies that hold something were asked.
ALTER TABLE rights_request ADD COLUMN holders_asked_at BIGINT;

ALTER TABLE rights_sealed ADD COLUMN whom TEXT;
ALTER TABLE rights_sealed ADD COLUMN outcome TEXT;
ALTER TABLE rights_sealed ADD COLUMN words TEXT;
