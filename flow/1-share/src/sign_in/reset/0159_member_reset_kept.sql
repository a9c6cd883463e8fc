-- One administrator never helps with both halves until the member has signed in with a second factor: who helped is known for six years, so
-- that it can't be waited out in one.

UPDATE catalogue SET retention = 'days:2190:made_at' WHERE table_name = 'member_reset';
