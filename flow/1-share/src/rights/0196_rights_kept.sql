-- What a person asked and how they were answered is the unit's account of what it did: a seal or a restriction doesn't hide it from those who
-- answer, and says nothing by being there. Nor does it hide what must not be erased.

UPDATE catalogue SET markable = FALSE
    WHERE table_name IN ('rights_request', 'rights_step', 'rights_mark', 'rights_answer', 'rights_statement', 'legal_hold');
