-- The log can only be added to. This keeps mistakes and ordinary statements away; what somebody with the owner's password does is found by
-- `alongside audit verify`. Of a head, only the note that it was exported may change.

-- only: sqlite
CREATE TRIGGER audit_entry_not_replaced BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE position = NEW.position) BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;
-- only: sqlite
CREATE TRIGGER audit_entry_not_updated BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;
-- only: sqlite
CREATE TRIGGER audit_entry_not_deleted BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;
-- only: sqlite
CREATE TRIGGER tree_head_not_replaced BEFORE INSERT ON tree_head WHEN EXISTS (SELECT 1 FROM tree_head WHERE size = NEW.size AND root <> NEW.root) BEGIN SELECT RAISE(ABORT, 'a signed head is never changed'); END;
-- only: sqlite
CREATE TRIGGER tree_head_not_updated BEFORE UPDATE OF size, root, at, signature, frontier ON tree_head BEGIN SELECT RAISE(ABORT, 'a signed head is never changed'); END;
-- only: sqlite
CREATE TRIGGER tree_head_not_deleted BEFORE DELETE ON tree_head BEGIN SELECT RAISE(ABORT, 'a signed head is never changed'); END;

-- only: postgres
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log and its heads can only be added to'; END $$;
-- only: postgres
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
-- only: postgres
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
-- only: postgres
CREATE TRIGGER tree_head_not_updated BEFORE UPDATE OF size, root, at, signature, frontier ON tree_head FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
-- only: postgres
CREATE TRIGGER tree_head_not_deleted BEFORE DELETE ON tree_head FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
-- only: postgres
CREATE TRIGGER tree_head_not_emptied BEFORE TRUNCATE ON tree_head FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
