-- Words that a merge brought to another case, too, are copies: what is withdrawn in one case is withdrawn in the others.
-- `original_id` is the note of which a copy was made.
ALTER TABLE notes ADD COLUMN original_id UUID;

CREATE FUNCTION homeward_withdraw_copies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    elsewhere uuid;
BEGIN
    FOR elsewhere IN
        UPDATE notes SET text = '', withdrawn_at = NEW.withdrawn_at, withdrawn_by = NEW.withdrawn_by
        WHERE withdrawn_at IS NULL AND id <> NEW.id
          AND (id = NEW.original_id OR original_id IN (NEW.id, NEW.original_id))
        RETURNING case_id
    LOOP
        DELETE FROM safety_confirmations WHERE case_id = elsewhere;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER withdraw_copies AFTER UPDATE OF withdrawn_at ON notes
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION homeward_withdraw_copies();

REVOKE ALL ON FUNCTION homeward_withdraw_copies FROM PUBLIC;
