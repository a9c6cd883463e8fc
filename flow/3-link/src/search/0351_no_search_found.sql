-- What a search found is held where every page's answers are (`held_answer`).

DROP TABLE search_found;

DELETE FROM catalogue WHERE table_name = 'search_found';
