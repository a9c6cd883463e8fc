-- Kept by runs and decisions, so that the queue is read by its index alone.

DROP INDEX pair_open;
ALTER TABLE pair ADD COLUMN open BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX pair_open ON pair (weight, left_record, right_record) WHERE open;
CREATE INDEX pair_aside ON pair (left_record, right_record) WHERE answer = 'not_sure';
