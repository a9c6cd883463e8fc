-- A pair names a person at either end, and a record's place names the person too: whatever walks the catalogue finds both.

UPDATE catalogue SET person_column = 'left_record,right_record' WHERE table_name IN ('pair', 'pair_decision');

UPDATE catalogue SET person_column = 'record,person' WHERE table_name = 'person_record';
