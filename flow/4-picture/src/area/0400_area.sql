-- Small areas (lower layer super output areas), who lives there, and which postcode lies where. Nobody is named.

CREATE TABLE area (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    district_code TEXT NOT NULL,
    district_name TEXT NOT NULL,
    -- GeoJSON coordinates of a MultiPolygon, thinned to about 25 metres, and to one unit of the county's drawing.
    boundary TEXT NOT NULL,
    outline TEXT NOT NULL,
    load_id TEXT NOT NULL
);

CREATE TABLE area_population (
    area TEXT PRIMARY KEY,
    residents BIGINT NOT NULL CHECK (residents >= 0),
    load_id TEXT NOT NULL
);

CREATE TABLE area_deprivation (
    area TEXT PRIMARY KEY,
    -- 1 is the most deprived tenth of the country, 10 the least.
    decile BIGINT NOT NULL CHECK (decile BETWEEN 1 AND 10),
    load_id TEXT NOT NULL
);

CREATE TABLE postcode_area (
    postcode TEXT PRIMARY KEY,
    area TEXT NOT NULL,
    load_id TEXT NOT NULL
);

-- Goes up with whatever the pages are drawn from, so that they know when to read it again.
CREATE TABLE picture_version (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    version BIGINT NOT NULL
);

INSERT INTO picture_version (only_row, version) VALUES (1, 0);

INSERT INTO catalogue (table_name, kind) VALUES
    ('area', 'plain'), ('area_population', 'plain'), ('area_deprivation', 'plain'), ('postcode_area', 'plain'),
    ('picture_version', 'plain');
