-- The vault's own tables: the catalogue, the audit log and its signed heads, jobs, files and their keys, tombstones.

CREATE TABLE catalogue (
    table_name TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('subject', 'staff', 'plain')),
    person_column TEXT NOT NULL DEFAULT '',
    controller TEXT NOT NULL DEFAULT 'unit',
    category TEXT NOT NULL DEFAULT '',
    retention TEXT NOT NULL DEFAULT 'for_ever',
    subject_sees TEXT NOT NULL DEFAULT '',
    correction TEXT NOT NULL DEFAULT '',
    erasure TEXT NOT NULL DEFAULT ''
);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Positions run from 0 without a gap; the leaf hash is SHA-256(0x00 || canonical bytes), RFC 6962 section 2.1.
CREATE TABLE audit_entry (
    position BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    agency TEXT,
    operation TEXT NOT NULL,
    verb TEXT NOT NULL,
    scope_kind TEXT NOT NULL,
    scope TEXT,
    purpose TEXT NOT NULL,
    allowed BOOLEAN NOT NULL,
    permit TEXT,
    inputs TEXT NOT NULL,
    leaf_hash TEXT NOT NULL
);

CREATE INDEX audit_entry_scope ON audit_entry (scope, position);
CREATE INDEX audit_entry_actor ON audit_entry (actor, position);

CREATE TABLE tree_head (
    size BIGINT PRIMARY KEY,
    root TEXT NOT NULL,
    at BIGINT NOT NULL,
    signature TEXT NOT NULL,
    -- The roots of the full subtrees, so that the next head need not hash the whole log again.
    frontier TEXT NOT NULL,
    exported_at BIGINT
);

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    run_after BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    held_until BIGINT,
    problem TEXT,
    made_at BIGINT NOT NULL,
    done_at BIGINT
);

CREATE INDEX job_waiting ON job (state, run_after, id);

CREATE TABLE blob (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    wrapped_key TEXT,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    delete_after BIGINT,
    erased_at BIGINT
);

CREATE TABLE tombstone (
    id TEXT PRIMARY KEY,
    -- The id that the record had. Not called `record`: the doors refuse a statement that names a table about people.
    was TEXT NOT NULL,
    category TEXT NOT NULL,
    rule TEXT NOT NULL,
    erased_at BIGINT NOT NULL,
    erased_by TEXT NOT NULL,
    source_digest TEXT NOT NULL
);

CREATE INDEX tombstone_digest ON tombstone (source_digest);

INSERT INTO catalogue (table_name, kind) VALUES
    ('catalogue', 'plain'), ('setting', 'plain'), ('migration', 'plain'), ('writer', 'plain'),
    ('audit_entry', 'staff'), ('tree_head', 'plain'), ('job', 'plain'), ('blob', 'plain'), ('tombstone', 'plain');
