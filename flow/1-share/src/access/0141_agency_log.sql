-- A partner's officer reads what was done for their own agency: counted and paged by an index too, however long the others' log.

CREATE INDEX audit_entry_agency ON audit_entry (agency, position, at, actor, scope);
