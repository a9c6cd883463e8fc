-- What partners send: deliveries (files and live notifications), the records in them, and the rows that wait in quarantine.

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    agency TEXT NOT NULL,
    category TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('file', 'notification')),
    state TEXT NOT NULL CHECK (state IN ('reading', 'done', 'refused')),
    file_digest TEXT,
    sha256 TEXT,
    blob TEXT,
    look TEXT,
    notes TEXT NOT NULL DEFAULT '[]',
    header TEXT NOT NULL DEFAULT '[]',
    same_as TEXT,
    refusal TEXT,
    rows_total BIGINT NOT NULL DEFAULT 0,
    lines_done BIGINT NOT NULL DEFAULT 0,
    rows_read BIGINT NOT NULL DEFAULT 0,
    accepted_new BIGINT NOT NULL DEFAULT 0,
    accepted_version BIGINT NOT NULL DEFAULT 0,
    already_held BIGINT NOT NULL DEFAULT 0,
    rows_quarantined BIGINT NOT NULL DEFAULT 0,
    withdrawn BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL,
    finished_at BIGINT,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_agency TEXT,
    CHECK (rows_read = accepted_new + accepted_version + already_held + rows_quarantined)
);

CREATE INDEX delivery_feed ON delivery (feed, received_at);
CREATE INDEX delivery_content ON delivery (feed, sha256);
CREATE INDEX delivery_state ON delivery (state, received_at);

-- One row for each committed part of a delivery: which records came of which lines. Records of a part have ascending ids,
-- so that records need no index by delivery and line.
CREATE TABLE delivery_part (
    delivery TEXT NOT NULL,
    from_line BIGINT NOT NULL,
    to_line BIGINT NOT NULL,
    first_record TEXT NOT NULL,
    last_record TEXT NOT NULL,
    PRIMARY KEY (delivery, from_line)
);

CREATE TABLE record (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    source_key TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    is_current BOOLEAN NOT NULL DEFAULT TRUE,
    delivery TEXT NOT NULL,
    line BIGINT NOT NULL,
    event_at BIGINT,
    body TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    expires_on TEXT,
    withdrawn_at BIGINT,
    UNIQUE (feed, source_key, version)
);

CREATE INDEX record_category ON record (category, id);

CREATE TABLE quarantined (
    id TEXT PRIMARY KEY,
    delivery TEXT NOT NULL,
    feed TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    line BIGINT NOT NULL,
    cells TEXT NOT NULL,
    reasons TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    settled_by TEXT,
    settled_at BIGINT,
    UNIQUE (delivery, line)
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('delivery', 'plain', '', 'agency', 'category', 'for_ever', '', '', ''),
    ('delivery_part', 'plain', '', 'unit', '', 'for_ever', '', '', ''),
    ('record', 'subject', 'id', 'controller', 'category', 'feed', 'shown', 'new_version', 'row'),
    ('quarantined', 'subject', 'id', 'controller', 'category', 'days:30', 'summarised', 'edit', 'row');
