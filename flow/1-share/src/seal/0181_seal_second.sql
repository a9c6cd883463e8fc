-- A seal over everything about a person hides what other agencies hold as well: a second person confirms it, or ends it. None of these where
-- no second is needed: one record, or what a feed declares.
ALTER TABLE seal ADD COLUMN confirm_by BIGINT;
ALTER TABLE seal ADD COLUMN confirmed_by TEXT;
ALTER TABLE seal ADD COLUMN confirmed_at BIGINT;
