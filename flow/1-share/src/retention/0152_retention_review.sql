-- When each record's time is up, and by which rule; where a named person looks at it first, what they decided. `record` goes with its
-- record. due_on is the last day on which it is kept without another word.

CREATE TABLE retention_review (
    record TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    rule TEXT NOT NULL,
    regime TEXT NOT NULL CHECK (regime IN ('expire', 'review')),
    due_on TEXT NOT NULL,
    because TEXT NOT NULL CHECK (because IN ('rule', 'agreement', 'feed', 'decision')),
    -- The feed's own day as it first stood.
    feed_on TEXT,
    -- The latest day until which a decision may keep it; none where the rule sets no end.
    longest TEXT,
    kept_until TEXT,
    -- The list with which its deletion was proposed.
    batch TEXT,
    planned_at BIGINT NOT NULL
);

CREATE INDEX retention_review_due ON retention_review (regime, due_on);
CREATE INDEX retention_review_owner ON retention_review (controller, regime, due_on);
CREATE INDEX retention_review_batch ON retention_review (batch) WHERE batch IS NOT NULL;

CREATE TABLE retention_decision (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('keep', 'restrict')),
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    until TEXT NOT NULL,
    by_member TEXT NOT NULL,
    by_agency TEXT NOT NULL,
    at BIGINT NOT NULL,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX retention_decision_record ON retention_decision (record, at);

-- Records that are proposed to be deleted together; a second person approves.
CREATE TABLE retention_batch (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    rows_proposed BIGINT NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'withdrawn')),
    settled_by TEXT,
    settled_at BIGINT,
    rows_left_out BIGINT NOT NULL DEFAULT 0,
    erasure TEXT,
    form_key TEXT NOT NULL UNIQUE
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('retention_review', 'subject', 'record', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record'),
    ('retention_decision', 'subject', 'record', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record'),
    ('retention_batch', 'staff', 'proposed_by', 'unit', '''staff_access''', 'days:2190:proposed_at', 'shown', 'never', 'row');
