-- The disclosure register: one row for what of one record (or person) one member of another agency was shown, for one purpose, on one ground,
-- on one day; or what one agency was given by referral or file. Ids and codes only. It goes when the record goes: what then proves that it was told
-- are the notices to everyone who had it (`disclosure_notice`), the tombstone, and the log's entry of the permit.

CREATE TABLE disclosure (
    id TEXT PRIMARY KEY,
    -- Whose data it is: the giver.
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    -- The record; empty where only a person is known. And the person; empty where linking had not said whose record it is.
    record TEXT NOT NULL DEFAULT '',
    person TEXT NOT NULL DEFAULT '',
    to_agency TEXT NOT NULL,
    -- The member who saw it; empty where an agency was given it (a referral), or its system took it.
    to_member TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL CHECK (kind IN ('view', 'list', 'pointer', 'referral', 'file')),
    purpose TEXT NOT NULL,
    ground TEXT NOT NULL CHECK (ground IN ('agreement', 'owners_decision', 'emergency', 'other')),
    -- The agreement, the ask or the emergency.
    ground_id TEXT NOT NULL DEFAULT '',
    power TEXT NOT NULL,
    basis TEXT NOT NULL,
    condition TEXT,
    confidentiality TEXT,
    -- Codes and names, apart by spaces; no fields named: all of them.
    obligations TEXT NOT NULL DEFAULT '',
    fields TEXT,
    permit TEXT NOT NULL,
    -- The referral or the file by which it was given.
    via TEXT NOT NULL DEFAULT '',
    -- The day in London on which it was told.
    day TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    receipt_by TEXT,
    receipt_at BIGINT
);

CREATE UNIQUE INDEX disclosure_once ON disclosure
    (record, person, to_member, day, purpose, kind, ground, ground_id, to_agency, controller, category, via);
CREATE INDEX disclosure_person ON disclosure (person, to_agency);
CREATE INDEX disclosure_from ON disclosure (controller, last_at);
CREATE INDEX disclosure_to ON disclosure (to_agency, last_at);
CREATE INDEX disclosure_at ON disclosure (last_at);
CREATE INDEX disclosure_via ON disclosure (via);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('disclosure', 'subject', 'record,person', 'controller', 'category', 'days:2190:last_at', 'shown', 'never', 'row');
