-- What a search found, for a quarter of an hour, for whoever searched: sealed, under a keyed digest of the random id in the page's
-- address. It is looked up, never listed; what is shown is decided anew each time.

CREATE TABLE search_found (
    digest TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE INDEX search_found_end ON search_found (ends_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('search_found', 'staff', '', 'unit', '', 'days:1:ends_at', '', '', '');
