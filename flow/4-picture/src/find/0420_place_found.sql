-- Which place an address or a postcode found, for a quarter of an hour, for whoever looked: sealed, under a keyed digest of the random id in
-- the page's address. What was typed is not in it.

CREATE TABLE place_found (
    digest TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE INDEX place_found_end ON place_found (ends_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('place_found', 'staff', '', 'unit', '', 'days:1:ends_at', '', '', '');
