-- Seals: why something is hidden, by whom, and who asked that it be lifted; about whom stands apart (`seal_about`) and is for those
-- who are named. The marks themselves are the vault's (`marked`, with the seal as their cause).

CREATE TABLE seal (
    id TEXT PRIMARY KEY,
    why TEXT NOT NULL CHECK (why IN ('protected_address', 'adopted_child', 'informant', 'declared')),
    agency TEXT NOT NULL,
    -- None where its feed declared it.
    made_by TEXT,
    made_at BIGINT NOT NULL,
    lift_asked_by TEXT,
    lift_asked_at BIGINT,
    lifted_by TEXT,
    lifted_at BIGINT
);

CREATE INDEX seal_agency ON seal (agency, made_at);

CREATE TABLE seal_about (
    id TEXT PRIMARY KEY,
    about TEXT NOT NULL,
    whole BOOLEAN NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'seal',
    lifted_at BIGINT
);

CREATE INDEX seal_about_whom ON seal_about (about);

-- Whom an agency named for what is sealed of its data.
CREATE TABLE seal_reader (
    id TEXT PRIMARY KEY,
    agency TEXT NOT NULL,
    member TEXT NOT NULL,
    named_by TEXT NOT NULL,
    named_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT
);

CREATE UNIQUE INDEX seal_reader_now ON seal_reader (agency, member) WHERE ended_at IS NULL;

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('seal', 'staff', 'made_by', 'agency', '''staff_access''', 'for_ever', 'shown', 'never', 'never'),
    ('seal_about', 'subject', 'about', 'controller', 'category', 'days:2190:lifted_at', 'withheld:protection', 'never', 'row'),
    ('seal_reader', 'staff', 'member', 'agency', '''staff_access''', 'for_ever', 'shown', 'never', 'never');

-- What agencies asked each other and opened in an emergency is each one's own account, and stays to be answered for.
UPDATE catalogue SET markable = FALSE WHERE table_name IN ('ask', 'emergency_access');
