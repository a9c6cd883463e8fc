-- A job that is done, or was given up, is kept for a month: long enough to see what went wrong.

UPDATE catalogue SET retention = 'days:30:done_at' WHERE table_name = 'job';
UPDATE job SET done_at = run_after WHERE state = 'failed' AND done_at IS NULL;
