-- The queue is read in its order from one index and counted by another, with the facets that say who may see a pair in both:
-- a page costs the same whatever waits.

DROP INDEX pair_open;
DROP INDEX pair_aside;
CREATE INDEX pair_queue ON pair ((ABS(weight)), left_record, right_record, left_facet, right_facet) WHERE open;
CREATE INDEX pair_queue_count ON pair (controller, category, left_facet, right_facet) WHERE open;
CREATE INDEX pair_aside ON pair ((ABS(weight)), left_record, right_record, left_facet, right_facet) WHERE answer = 'not_sure';
CREATE INDEX pair_aside_count ON pair (controller, category, left_facet, right_facet) WHERE answer = 'not_sure';
