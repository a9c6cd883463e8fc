-- Who looked, and why: counted and paged by indexes alone, however long the log.

DROP INDEX audit_entry_scope;
DROP INDEX audit_entry_actor;
CREATE INDEX audit_entry_scope ON audit_entry (scope, position, at, actor);
CREATE INDEX audit_entry_actor ON audit_entry (actor, position, at);
CREATE INDEX audit_entry_at ON audit_entry (at, position);
