-- Runs of linking, and the models that they used: every score can be explained after the model has changed.

CREATE TABLE link_spec (
    version TEXT PRIMARY KEY,
    toml TEXT NOT NULL,
    first_used_at BIGINT NOT NULL
);

-- `served_through` is the last job of linking that waited when the run began: whatever it was told of, this run has read.
CREATE TABLE link_run (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'overtaken')),
    spec TEXT NOT NULL REFERENCES link_spec (version),
    whole BOOLEAN NOT NULL,
    served_through TEXT NOT NULL DEFAULT '',
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    records BIGINT NOT NULL DEFAULT 0,
    pairs BIGINT NOT NULL DEFAULT 0,
    people BIGINT NOT NULL DEFAULT 0,
    review BIGINT NOT NULL DEFAULT 0,
    batches BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX link_run_state ON link_run (state, started_at);

INSERT INTO catalogue (table_name, kind) VALUES ('link_spec', 'plain'), ('link_run', 'plain');
