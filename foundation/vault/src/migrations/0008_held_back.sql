-- What expiry and erasure pass over. `what` is an id (of a person, a record or any other row about somebody), a `controller category`
-- with one space between, or, where `why` is `review`, a category whose rows go only by a named person's decision. Else `why` is the
-- id of the legal hold.

CREATE TABLE held_back (
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (what, why)
);

-- Each time that this database was restored from a backup and erased again what had been erased since: from how many tombstones, and
-- how many rows that were.
CREATE TABLE erased_again (
    at BIGINT PRIMARY KEY,
    tombstones BIGINT NOT NULL,
    rows_erased BIGINT NOT NULL
);

INSERT INTO catalogue (table_name, kind) VALUES ('held_back', 'plain'), ('erased_again', 'plain');
