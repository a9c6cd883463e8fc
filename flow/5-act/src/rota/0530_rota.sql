-- Who answers moments, when and where. districts: names separated by `|`, or `*` for the whole county.

CREATE TABLE rota_shift (
    id TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    duty TEXT NOT NULL,
    districts TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    form_key TEXT NOT NULL UNIQUE,
    CHECK (starts_at < ends_at)
);

CREATE INDEX rota_shift_time ON rota_shift (ends_at, starts_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('rota_shift', 'staff', 'member', 'unit', '', 'days:730', '', '', '');
