-- A person's own id names them beside each of their records, so that what is written of a sealed person is born sealed.

UPDATE catalogue SET person_column = 'record,person' WHERE table_name = 'person_record';
