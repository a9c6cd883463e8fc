-- A member who lost their password or their phone is helped: by whom, when, and until when the code opens. The code itself is shown
-- once; here is its hash. Resetting a second factor needs no code.

CREATE TABLE member_reset (
    id TEXT PRIMARY KEY,
    member TEXT NOT NULL REFERENCES member (id),
    what TEXT NOT NULL CHECK (what IN ('password', 'second_factor')),
    code_hash TEXT,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX member_reset_member ON member_reset (member, made_at);

INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('member_reset', 'staff', 'member', '''staff_access''', 'days:365:made_at', 'shown', 'never', 'row');
