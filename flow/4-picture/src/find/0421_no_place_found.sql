-- What an address found is held where every page's answers are (`held_answer`).

DROP TABLE place_found;

DELETE FROM catalogue WHERE table_name = 'place_found';
