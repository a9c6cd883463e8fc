-- Notices: what an agency was told, of which somebody then said that it was corrected, restricted, erased or objected to. Each says what it was in the
-- register's own words and names nobody, so that it outlives what was erased. `source` is the row of the register.

CREATE TABLE disclosure_notice (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('corrected', 'restricted', 'erased', 'objected')),
    -- What caused it, so that the same is told once however often a job runs: the new version, or the change.
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
    -- The referral or the file by which it was given.
    via TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    escalated_at BIGINT,
    acknowledged_by TEXT,
    acknowledged_at BIGINT,
    -- What was done with copies; in words, sealed.
    copies TEXT CHECK (copies IN ('none_kept', 'mended', 'destroyed', 'kept_by_law')),
    words TEXT
);

-- Told once for one cause, and once as long as nobody has acknowledged it.
CREATE UNIQUE INDEX disclosure_notice_once ON disclosure_notice (source, what, cause);
CREATE UNIQUE INDEX disclosure_notice_open ON disclosure_notice (source, what) WHERE acknowledged_at IS NULL;
CREATE INDEX disclosure_notice_to ON disclosure_notice (to_agency, made_at);
CREATE INDEX disclosure_notice_due ON disclosure_notice (acknowledged_at, due_at);
CREATE INDEX disclosure_notice_at ON disclosure_notice (made_at);

-- The members who were shown it: they see the notice too.
CREATE TABLE disclosure_notice_member (
    notice TEXT NOT NULL,
    member TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (notice, member)
);

CREATE INDEX disclosure_notice_member_of ON disclosure_notice_member (member);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('disclosure_notice', 'staff', 'acknowledged_by', 'giver', 'category', 'days:2190:made_at', 'summarised', 'never', 'row'),
    ('disclosure_notice_member', 'staff', 'member', 'unit', '', 'days:2190:seen_at', 'summarised', 'never', 'row');
