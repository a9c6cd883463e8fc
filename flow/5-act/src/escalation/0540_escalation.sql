-- Steps of escalation, each once for a moment. settled_at: when the moment stopped waiting, or was taken.

CREATE TABLE moment_escalation (
    moment TEXT NOT NULL REFERENCES moment (id),
    step TEXT NOT NULL,
    controller TEXT NOT NULL,
    category TEXT NOT NULL,
    to_duty TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (moment, step)
);

CREATE INDEX moment_escalation_open ON moment_escalation (to_duty, settled_at, marked_at);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('moment_escalation', 'subject', 'moment', 'controller', 'category', 'with:record', 'summarised', 'never', 'with:record');
