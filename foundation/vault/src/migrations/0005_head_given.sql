-- Which agency was last given which signed head, so that the unit sees who could show later that the log was rewritten.

CREATE TABLE head_given (
    agency TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    given_at BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind) VALUES ('head_given', 'plain');
