-- Tokens by which an agency's systems send to the API. Only the hash is kept.

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    agency TEXT NOT NULL REFERENCES agency (id),
    label TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    added_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX api_token_agency ON api_token (agency);

INSERT INTO catalogue (table_name, kind, category, retention, subject_sees, correction, erasure) VALUES
    ('api_token', 'staff', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
