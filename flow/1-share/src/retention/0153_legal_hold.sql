-- Legal holds: what must not be erased while a court, an inquiry or an investigation may need it. The vault's `held_back` holds the same
-- by id, and is what expiry and erasure ask. What was said in words is sealed.

CREATE TABLE legal_hold (
    id TEXT PRIMARY KEY,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'data_request',
    -- What is held: one person (and all that is known of them), one record, or a kind of data of one agency.
    held TEXT NOT NULL CHECK (held IN ('person', 'record', 'facet')),
    about TEXT NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    case_reference TEXT NOT NULL,
    review_on TEXT NOT NULL,
    put_by TEXT NOT NULL,
    put_at BIGINT NOT NULL,
    lift_asked_by TEXT,
    lift_asked_at BIGINT,
    lifted_by TEXT,
    lifted_at BIGINT,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX legal_hold_about ON legal_hold (about);
CREATE INDEX legal_hold_open ON legal_hold (lifted_at, review_on);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('legal_hold', 'subject', 'about', 'controller', 'category', 'days:2190:lifted_at', 'withheld:legal_proceedings', 'never', 'row');
