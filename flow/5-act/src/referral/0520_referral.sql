-- Referrals to another agency. Why it may be shared (basis) and whether the young person agreed to support (agreed) are two
-- things. What was given with it is kept as it was given.

CREATE TABLE referral (
    id TEXT PRIMARY KEY,
    moment TEXT NOT NULL REFERENCES moment (id),
    person TEXT,
    controller TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'referral',
    from_agency TEXT NOT NULL,
    to_agency TEXT NOT NULL,
    needs TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    agreed BOOLEAN NOT NULL,
    safeguarding_reason TEXT NOT NULL DEFAULT '',
    given TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sent', 'accepted', 'declined', 'withdrawn')),
    answered_by TEXT,
    answered_at BIGINT,
    answer TEXT NOT NULL DEFAULT '',
    escalated_at BIGINT,
    form_key TEXT NOT NULL UNIQUE
);

CREATE INDEX referral_moment ON referral (moment);
CREATE INDEX referral_to ON referral (to_agency, state, answer_by);
CREATE INDEX referral_from ON referral (from_agency, state, answer_by);
CREATE INDEX referral_silent ON referral (state, answer_by);
CREATE INDEX referral_person ON referral (person);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('referral', 'subject', 'person', 'controller', 'category', 'days:2190', 'shown', 'edit', 'row');
