-- The days of a sign-in are counted from when it was opened.

UPDATE catalogue SET retention = 'days:365:opened_at' WHERE table_name = 'sign_in';
