-- An agreement's life: what each party brings, fields for a purpose, conditions, retention, the impact assessment; and every step from
-- draft to end with who took it. What stood in force before stays in force, and its first step says so.

ALTER TABLE agreement ADD COLUMN stage TEXT NOT NULL DEFAULT 'active';
ALTER TABLE agreement ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE agreement ADD COLUMN conditions TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement ADD COLUMN retention_days BIGINT;
ALTER TABLE agreement ADD COLUMN assessment TEXT;

UPDATE agreement SET assessment = 'Carried over: give its reference at the next review';

CREATE TABLE agreement_brings (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    party TEXT NOT NULL REFERENCES agency (id),
    category TEXT NOT NULL,
    PRIMARY KEY (agreement, party, category)
);

-- Before, the categories were one list for all parties: each brought what it had of them.
INSERT INTO agreement_brings (agreement, party, category)
    SELECT p.agreement, p.agency, c.category FROM agreement_party p JOIN agreement_category c ON c.agreement = p.agreement;

DELETE FROM catalogue WHERE table_name = 'agreement_category';
DROP TABLE agreement_category;

CREATE TABLE agreement_field (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    purpose TEXT NOT NULL,
    field TEXT NOT NULL,
    PRIMARY KEY (agreement, purpose, field)
);

CREATE TABLE agreement_step (
    agreement TEXT NOT NULL REFERENCES agreement (id),
    number BIGINT NOT NULL,
    act TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_member TEXT,
    party TEXT REFERENCES agency (id),
    as_role TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (agreement, number)
);

INSERT INTO agreement_step (agreement, number, act, at, why)
    SELECT id, 1, 'carried_over', added_at, 'It was in force before it was kept who approves and activates an agreement.' FROM agreement;

INSERT INTO catalogue (table_name, kind) VALUES ('agreement_brings', 'plain'), ('agreement_field', 'plain');
INSERT INTO catalogue (table_name, kind, person_column, category, retention, subject_sees, correction, erasure) VALUES
    ('agreement_step', 'staff', 'by_member', '''staff_access''', 'for_ever', 'shown', 'never', 'never');
