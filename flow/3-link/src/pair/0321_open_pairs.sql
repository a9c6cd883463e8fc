-- The queue shows two people once, by their strongest pair, and not at all once somebody has settled one of their pairs.

DROP INDEX pair_review;
CREATE INDEX pair_open ON pair (left_record, right_record) WHERE state IN ('review', 'refused', 'forbidden');
