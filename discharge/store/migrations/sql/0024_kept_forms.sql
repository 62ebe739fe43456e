-- What somebody typed into a form of a page and sent after their session had ended. Nobody but themselves reads it,
-- signed in again; half a day later it is gone.
CREATE TABLE kept_forms (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    path TEXT NOT NULL,
    fields JSONB NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_kept_forms PRIMARY KEY (id),
    CONSTRAINT fk_kept_forms_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_kept_forms_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX ix_kept_forms_user_id ON kept_forms (user_id);

ALTER TABLE kept_forms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON kept_forms TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON kept_forms TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY api_reads ON kept_forms FOR SELECT TO homeward_api
    USING (user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation()));
GRANT SELECT ON kept_forms TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON kept_forms TO homeward_worker;

-- Keep a form for whoever the ended session belonged to. Without such a session, or with too many forms kept, it
-- keeps nothing and returns nothing.
CREATE FUNCTION homeward_keep_form(p_hash text, p_path text, p_fields jsonb, p_now timestamptz, p_for interval)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own sessions;
    kept uuid := gen_random_uuid();
BEGIN
    DELETE FROM kept_forms WHERE kept_at < p_now - p_for;
    SELECT sessions.* INTO own FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE id_hash = p_hash AND ended_at > p_now - p_for AND ended_because <> 'disabled' AND disabled_at IS NULL;
    IF NOT FOUND OR (SELECT count(*) >= 20 FROM kept_forms WHERE user_id = own.user_id) THEN
        RETURN NULL;
    END IF;
    INSERT INTO kept_forms VALUES (kept, own.user_id, own.organisation_id, p_path, p_fields, p_now);
    RETURN kept;
END
$$;
REVOKE ALL ON FUNCTION homeward_keep_form FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_keep_form TO homeward_api;
