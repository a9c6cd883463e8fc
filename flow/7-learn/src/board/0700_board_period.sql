-- The periods that the board shows, each counted once and never again: quarters one after another, which never overlap. Its body is what
-- is shown, word for word: every number in it has been through suppression.

CREATE TABLE board_period (
    first_quarter TEXT PRIMARY KEY,
    last_quarter TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    closed_at BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind) VALUES ('board_period', 'plain');
