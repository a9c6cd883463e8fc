-- Asks: a member of one agency asks another what it knows of a person. Both agencies read it, each as its own record (`controller` is the
-- agency that is asked). What was said in words is sealed.

CREATE TABLE ask (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'data_request',
    person TEXT NOT NULL,
    asker TEXT NOT NULL,
    asker_agency TEXT NOT NULL,
    -- Whether whoever asked was told the name of the agency that is asked.
    named BOOLEAN NOT NULL,
    categories TEXT NOT NULL,
    purpose TEXT NOT NULL,
    why TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    escalated_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'granted', 'refused', 'withdrawn', 'expired')),
    settled_by TEXT,
    settled_at BIGINT,
    seen_at BIGINT,
    gateway TEXT,
    confidentiality TEXT,
    fields TEXT,
    conditions TEXT,
    until BIGINT,
    refusal TEXT,
    answer TEXT,
    form_key TEXT NOT NULL UNIQUE
);

-- One question waits once, however often it is sent.
CREATE UNIQUE INDEX ask_once ON ask (asker, person, controller, purpose) WHERE state = 'waiting';
CREATE INDEX ask_to ON ask (controller, state, answer_by);
CREATE INDEX ask_from ON ask (asker, asked_at);
CREATE INDEX ask_late ON ask (state, answer_by);
CREATE INDEX ask_person ON ask (person);

-- What a data owner decided, or a member opened in an emergency, for one member about one person: the decider reads it. The column
-- `about` is the person's id.
CREATE TABLE standing_grant (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    emergency BOOLEAN NOT NULL,
    about TEXT NOT NULL,
    member TEXT NOT NULL,
    agency TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    purpose TEXT NOT NULL,
    gateway TEXT NOT NULL,
    confidentiality TEXT,
    -- Names of fields, apart by spaces; none for all.
    fields TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (source, category)
);

CREATE INDEX standing_grant_held ON standing_grant (about, member, ends_at);

-- Agencies whose name isn't said where it is said that a service knows somebody. An agency that is not here is named.
CREATE TABLE pointer_name (
    agency TEXT PRIMARY KEY REFERENCES agency (id),
    named BOOLEAN NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('ask', 'subject', 'person', 'controller', 'category', 'days:2190:asked_at', 'shown', 'never', 'row'),
    ('standing_grant', 'staff', 'about', 'controller', 'category', 'days:2190:ends_at', 'shown', 'never', 'row'),
    ('pointer_name', 'plain', '', 'unit', '', 'for_ever', '', '', '');
