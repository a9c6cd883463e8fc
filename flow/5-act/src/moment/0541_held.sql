-- When the record says that what a moment asks for was done by somebody else already (a return interview that was held). NULL: it
-- says nothing of the kind, or a worker has answered that it is not so.

ALTER TABLE moment ADD COLUMN held_at BIGINT;

-- The queue reads what says in whose list a moment is, of those that wait, in the order of their clocks: this index alone.
CREATE INDEX moment_queue ON moment
    (due_at, id, moment_type, controller, category, state, assigned_to, district, raised_at, held_at)
    WHERE waiting;
