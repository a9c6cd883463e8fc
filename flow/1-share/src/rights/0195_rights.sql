-- People's requests about their own data: what was asked, each step with who took it, what a human marked in an answer, the answer's files,
-- and what a person says beside a record. `controller` is the unit, which answers; `to_agency` is the agency whose data owner decides a
-- part of it. `person` is empty where nobody was found. What was said in words is sealed.

CREATE TABLE rights_request (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request',
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    regime TEXT NOT NULL,
    made_by TEXT NOT NULL,
    identity_shown BOOLEAN NOT NULL,
    received_on TEXT NOT NULL,
    asked TEXT NOT NULL,
    to_agency TEXT,
    to_category TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    -- What comes next and when, for lists: made anew from the steps at each of them.
    stage TEXT NOT NULL,
    due_on TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    escalated_at BIGINT,
    closed_at BIGINT,
    steps BIGINT NOT NULL DEFAULT 0,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX rights_request_open ON rights_request (closed_at, due_on);
CREATE INDEX rights_request_person ON rights_request (person);
CREATE INDEX rights_request_to ON rights_request (to_agency, stage);

CREATE TABLE rights_step (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES rights_request (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request',
    number BIGINT NOT NULL,
    deed TEXT NOT NULL,
    by_member TEXT NOT NULL,
    at BIGINT NOT NULL,
    code TEXT,
    words TEXT,
    UNIQUE (request, number)
);

-- What a human decided of a field (or, with field `*`, of a whole row) of an answer.
CREATE TABLE rights_mark (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES rights_request (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request',
    number BIGINT NOT NULL,
    field TEXT NOT NULL,
    -- None: it is shown, though its withholding was suggested.
    ground TEXT,
    suggested BOOLEAN NOT NULL,
    why TEXT,
    by_member TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (request, number, field)
);

CREATE TABLE rights_answer (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL UNIQUE REFERENCES rights_request (id) ON DELETE CASCADE,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'rights_request',
    -- The files: what was gathered, and once it was approved the answer to read and the answer for machines.
    gathered TEXT NOT NULL,
    found BIGINT NOT NULL,
    to_decide BIGINT NOT NULL,
    gathered_at BIGINT NOT NULL,
    to_read TEXT,
    for_machines TEXT,
    made_at BIGINT,
    ends_at BIGINT
);

-- What a person says of records, under the records’ own controller and category: whoever may see them sees it.
CREATE TABLE rights_statement (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    person TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    says TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE INDEX rights_statement_person ON rights_statement (person);

-- That a person's request is open: the decider reads it. The column `about` is the person's id.
CREATE TABLE rights_opening (
    id TEXT PRIMARY KEY,
    about TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);

CREATE INDEX rights_opening_about ON rights_opening (about, closed_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('rights_request', 'subject', 'person', 'controller', 'category', 'days:2190:closed_at', 'shown', 'never', 'row'),
    ('rights_step', 'subject', 'request', 'controller', 'category', 'with:rights_request', 'shown', 'never', 'with:rights_request'),
    ('rights_mark', 'subject', 'request', 'controller', 'category', 'with:rights_request', 'summarised', 'never', 'with:rights_request'),
    ('rights_answer', 'subject', 'request', 'controller', 'category', 'with:rights_request', 'summarised', 'never', 'with:rights_request'),
    ('rights_statement', 'subject', 'person', 'controller', 'category', 'days:2190:made_at', 'shown', 'edit', 'row'),
    ('rights_opening', 'staff', 'about', 'unit', '''rights_request''', 'days:2190:closed_at', 'shown', 'never', 'row');
