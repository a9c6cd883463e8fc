-- A run that stopped because what it was permitted changed while it ran: an agreement was suspended, or came to its end. The run after it
-- goes on with what is permitted then.

ALTER TABLE link_run ADD COLUMN not_permitted BOOLEAN NOT NULL DEFAULT FALSE;
