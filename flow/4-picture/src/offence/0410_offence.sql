-- Offences counted from open street-crime data. An area of '' is no place; an area that is not in `area` lies outside the
-- county: both are kept and counted. A count can pass below 0 for as long as a correction was counted before what it
-- corrects.

CREATE TABLE offence_count (
    area TEXT NOT NULL,
    month TEXT NOT NULL,
    category TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (area, month, category)
);

-- Which lines of which delivery are in the counts: written with them, so that none is counted twice.
CREATE TABLE offence_chunk (
    delivery TEXT NOT NULL,
    from_line BIGINT NOT NULL,
    to_line BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (delivery, from_line, to_line)
);

INSERT INTO catalogue (table_name, kind) VALUES ('offence_count', 'plain'), ('offence_chunk', 'plain');
