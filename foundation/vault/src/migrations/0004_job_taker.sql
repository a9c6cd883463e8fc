-- Which open vault took a running job: on PostgreSQL, where several processes share the queue.

ALTER TABLE job ADD COLUMN taken_by BIGINT;
