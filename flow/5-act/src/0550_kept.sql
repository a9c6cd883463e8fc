-- From when the days of retention are counted, and what goes with a moment: its record's end is the moment's, and the moment's is
-- that of all that hangs on it, if their own six years are not over before.

UPDATE catalogue SET retention = 'days:2190:written_at', erasure = 'with:moment' WHERE table_name = 'contact';
UPDATE catalogue SET retention = 'days:2190:made_at', erasure = 'with:moment' WHERE table_name = 'referral';
UPDATE catalogue SET retention = 'with:moment', erasure = 'with:moment' WHERE table_name = 'moment_escalation';
UPDATE catalogue SET retention = 'days:730:ends_at' WHERE table_name = 'rota_shift';
UPDATE catalogue SET retention = 'days:1:until' WHERE table_name = 'moment_opening';
-- Counts of batches, about nobody.
UPDATE catalogue SET retention = 'for_ever' WHERE table_name = 'moment_not_raised';
