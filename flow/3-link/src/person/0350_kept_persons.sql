-- A person is an id to which records belong: with the last of them it goes. What searches found lasts minutes and is sealed, so that it
-- is emptied whenever somebody is erased.

UPDATE catalogue SET retention = 'while:person_record' WHERE table_name = 'person';
UPDATE catalogue SET erasure = 'emptied' WHERE table_name = 'search_found';
