-- What its partner withdraws is told as well: `what` may be `withdrawn`. SQLite changes no rule of a table, so that the table is made anew.

CREATE TABLE disclosure_notice_anew (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('corrected', 'restricted', 'withdrawn', 'erased', 'objected')),
    cause TEXT NOT NULL,
    giver TEXT NOT NULL,
    category TEXT NOT NULL,
    to_agency TEXT NOT NULL,
    purpose TEXT NOT NULL,
    kind TEXT NOT NULL,
    ground TEXT NOT NULL,
    ground_id TEXT NOT NULL,
    power TEXT NOT NULL,
    told_first_at BIGINT NOT NULL,
    told_last_at BIGINT NOT NULL,
    via TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    escalated_at BIGINT,
    acknowledged_by TEXT,
    acknowledged_at BIGINT,
    copies TEXT CHECK (copies IN ('none_kept', 'mended', 'destroyed', 'kept_by_law')),
    words TEXT
);

INSERT INTO disclosure_notice_anew (id, source, what, cause, giver, category, to_agency, purpose, kind, ground, ground_id, power, told_first_at,
    told_last_at, via, made_at, due_at, escalated_at, acknowledged_by, acknowledged_at, copies, words)
SELECT id, source, what, cause, giver, category, to_agency, purpose, kind, ground, ground_id, power, told_first_at, told_last_at, via, made_at,
    due_at, escalated_at, acknowledged_by, acknowledged_at, copies, words FROM disclosure_notice;

DROP TABLE disclosure_notice;

ALTER TABLE disclosure_notice_anew RENAME TO disclosure_notice;

CREATE UNIQUE INDEX disclosure_notice_once ON disclosure_notice (source, what, cause);
CREATE UNIQUE INDEX disclosure_notice_open ON disclosure_notice (source, what) WHERE acknowledged_at IS NULL;
CREATE INDEX disclosure_notice_to ON disclosure_notice (to_agency, made_at);
CREATE INDEX disclosure_notice_due ON disclosure_notice (acknowledged_at, due_at);
CREATE INDEX disclosure_notice_at ON disclosure_notice (made_at);
