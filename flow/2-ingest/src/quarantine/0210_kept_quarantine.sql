-- A row that waits to be mended waits for 30 days from its arrival.

UPDATE catalogue SET retention = 'days:30:received_at' WHERE table_name = 'quarantined';
