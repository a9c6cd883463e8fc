-- Files for one member of another agency: who makes it, for whom, why; a second person releases it; it is encrypted to the recipient's own key and
-- gone after some days. Reasons are sealed. Who is in it stands in `disclosure_file_person` until it is released, then in the register.

CREATE TABLE disclosure_file (
    id TEXT PRIMARY KEY,
    from_agency TEXT NOT NULL,
    made_by TEXT NOT NULL,
    to_agency TEXT NOT NULL,
    recipient TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'refused', 'released', 'withdrawn', 'expired')),
    made_at BIGINT NOT NULL,
    proposed_at BIGINT,
    settled_by TEXT,
    settled_at BIGINT,
    -- Once it is released.
    canary TEXT,
    people BIGINT,
    rows_given BIGINT,
    blob TEXT,
    sha256 TEXT,
    expires_at BIGINT,
    downloaded_at BIGINT,
    receipt_at BIGINT,
    ended_at BIGINT,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX disclosure_file_from ON disclosure_file (from_agency, made_at);
CREATE INDEX disclosure_file_to ON disclosure_file (recipient, made_at);
CREATE UNIQUE INDEX disclosure_file_draft ON disclosure_file (made_by) WHERE state = 'draft';

CREATE TABLE disclosure_file_person (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    person TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'data_request',
    added_at BIGINT NOT NULL,
    UNIQUE (file, person)
);

CREATE INDEX disclosure_file_person_of ON disclosure_file_person (person);

-- The public key (age, X25519) to which files for a member are encrypted. The private one is theirs and never comes here.
CREATE TABLE recipient_key (
    member TEXT PRIMARY KEY REFERENCES member (id),
    public_key TEXT NOT NULL,
    registered_at BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('disclosure_file', 'staff', 'recipient,made_by', 'from_agency', '', 'days:2190:made_at', 'summarised', 'never', 'row'),
    ('disclosure_file_person', 'subject', 'person', 'controller', 'category', 'days:30:added_at', 'summarised', 'never', 'row'),
    ('recipient_key', 'staff', 'member', 'unit', '', 'with:member', 'shown', 'edit', 'row');
