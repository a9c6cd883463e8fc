-- The digests of postcodes that a member gave and then changed or took back, for as long as looking is held against what is usual: what is
-- taken back before the nightly comparison is still compared.

CREATE TABLE member_home_before (
    member TEXT NOT NULL,
    digest TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (member, digest)
);

INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, erasure) VALUES
    ('member_home_before', 'staff', 'member', 'unit', '''staff_access''', 'days:28:until_at', 'shown', 'never', 'row');
