-- Those who sign in, what they may do, and the secrets by which they are known (hashed, or sealed with the vault's key).

CREATE TABLE member (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    agency TEXT NOT NULL REFERENCES agency (id),
    active BOOLEAN NOT NULL DEFAULT TRUE,
    password_hash TEXT,
    second_factor TEXT,
    second_factor_step BIGINT NOT NULL DEFAULT 0,
    added_at BIGINT NOT NULL
);

CREATE INDEX member_agency ON member (agency);

CREATE TABLE member_duty (
    member TEXT NOT NULL REFERENCES member (id),
    duty TEXT NOT NULL,
    PRIMARY KEY (member, duty)
);

CREATE TABLE recovery_code (
    member TEXT NOT NULL REFERENCES member (id),
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (member, code_hash)
);

INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('member', 'staff', 'id', '''staff_access''', 'for_ever', 'shown', 'edit', 'never'),
    ('member_duty', 'staff', 'member', '''staff_access''', 'with:member', 'shown', 'edit', 'with:member'),
    ('recovery_code', 'staff', 'member', '''staff_access''', 'with:member', 'withheld:security', 'never', 'row');
