-- What whoever asks gave to be found by, where nobody was found: sealed. What of it is found among what is sealed stands beside the parts, so that
-- an erasure reaches them.

ALTER TABLE rights_request ADD COLUMN sought TEXT;

CREATE TABLE rights_part_person (
    -- The part's.
    id TEXT NOT NULL,
    rights_sealed TEXT NOT NULL REFERENCES rights_sealed (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request_sealed',
    PRIMARY KEY (id, person)
);

CREATE INDEX rights_part_person_of ON rights_part_person (person);

INSERT INTO catalogue
    (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure, markable)
VALUES
    ('rights_part_person', 'subject', 'person', 'controller', 'category', 'with:rights_sealed', 'summarised', 'never',
     'with:rights_sealed', FALSE);

UPDATE catalogue SET person_column = 'request,id' WHERE table_name = 'rights_sealed';

-- Long work on an answer is a job: which one was asked for last, so that a page can say how it is. What of sealed parts holds something is noted
-- by agency alone, so that a data owner who has named nobody can be told: the row goes with the part, and when the part is given or ended.

ALTER TABLE rights_request ADD COLUMN work TEXT;
ALTER TABLE rights_sealed ADD COLUMN work TEXT;

CREATE TABLE rights_part_open (
    part TEXT PRIMARY KEY REFERENCES rights_sealed (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    agency TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE INDEX rights_part_open_agency ON rights_part_open (agency);
CREATE INDEX rights_part_open_request ON rights_part_open (request);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('rights_part_open', 'staff', '', 'agency', '', 'days:2190:made_at', '', '', '');
