-- One row per sign-in. The token itself is only in the browser's cookie; here is its SHA-256. No address, no browser.
CREATE TABLE sign_in (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL,
    proof TEXT NOT NULL CHECK (proof IN ('pending', 'password', 'second_factor', 'demo')),
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_why TEXT
);

CREATE INDEX sign_in_of_member ON sign_in (member_id, ended_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure)
    VALUES ('sign_in', 'staff', 'member_id', 'unit', '''staff_access''', 'days:365', 'shown', 'never', 'row');
