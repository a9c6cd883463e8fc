-- Information sharing agreements as plain rows: who, which categories, what for, under which law, from when until when.

CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    confidentiality TEXT,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    review TEXT NOT NULL,
    added_at BIGINT NOT NULL
);

CREATE TABLE agreement_party (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    agency TEXT NOT NULL REFERENCES agency (id),
    PRIMARY KEY (agreement, agency)
);

CREATE TABLE agreement_category (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    category TEXT NOT NULL,
    PRIMARY KEY (agreement, category)
);

CREATE TABLE agreement_purpose (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    purpose TEXT NOT NULL,
    PRIMARY KEY (agreement, purpose)
);

CREATE TABLE agreement_gateway (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    gateway TEXT NOT NULL,
    PRIMARY KEY (agreement, gateway)
);

INSERT INTO catalogue (table_name, kind) VALUES ('agreement', 'plain'), ('agreement_party', 'plain'),
    ('agreement_category', 'plain'), ('agreement_purpose', 'plain'), ('agreement_gateway', 'plain');
