-- Who is signed in is known here, and can be ended here: a browser holds a random id and nothing else. Nobody writes a
-- user's row but by signing in, and nobody writes audit in the name of somebody else or in the past.

CREATE TABLE sessions (
    id_hash TEXT NOT NULL,
    user_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    role TEXT NOT NULL,
    id_token TEXT,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_because TEXT,
    CONSTRAINT pk_sessions PRIMARY KEY (id_hash),
    CONSTRAINT fk_sessions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_sessions_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

ALTER TABLE users ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON sessions TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON sessions TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY api_reads ON sessions FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
GRANT SELECT (user_id, organisation_id, role, started_at, last_used_at, ended_at, ended_because)
    ON sessions TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO homeward_worker;

-- A door writes no user's row by itself any more.
DROP POLICY api_updates ON users;
DROP POLICY api_inserts ON users;
REVOKE INSERT, UPDATE ON users FROM homeward_api;

-- Somebody for whom a token or a sign-in vouches, as vouched for now, in the organisation of the transaction. Where
-- role or organisation have changed, their sessions end; whoever is disabled is nobody.
CREATE FUNCTION homeward_note_user(p_issuer text, p_subject text, p_name text, p_role text) RETURNS SETOF users
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    known users;
BEGIN
    SELECT * INTO known FROM users WHERE issuer = p_issuer AND subject = p_subject FOR UPDATE;
    IF known.disabled_at IS NOT NULL OR homeward_organisation() IS NULL THEN
        RAISE EXCEPTION 'not-signed-in' USING ERRCODE = 'HW409';
    END IF;
    IF known.role <> p_role OR known.organisation_id <> homeward_organisation() THEN
        UPDATE sessions SET ended_at = now(), ended_because = 'role-changed'
        WHERE user_id = known.id AND ended_at IS NULL;
    END IF;
    RETURN QUERY
        INSERT INTO users (id, issuer, subject, display_name, organisation_id, role)
        VALUES (gen_random_uuid(), p_issuer, p_subject, p_name, homeward_organisation(), p_role)
        ON CONFLICT (issuer, subject) DO UPDATE SET display_name = EXCLUDED.display_name,
            organisation_id = EXCLUDED.organisation_id, role = EXCLUDED.role, last_seen_at = now(),
            team_id = CASE WHEN users.organisation_id = EXCLUDED.organisation_id THEN users.team_id END
        RETURNING users.*;
END
$$;

-- A browser has signed in. Sessions of the same person that ended a month ago are forgotten.
CREATE FUNCTION homeward_begin_session(p_hash text, p_user uuid, p_id_token text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = p_user AND last_used_at < p_now - interval '30 days';
    INSERT INTO sessions (id_hash, user_id, organisation_id, role, id_token, started_at, last_used_at)
    SELECT p_hash, id, organisation_id, role, p_id_token, p_now, p_now FROM users
    WHERE id = p_user AND organisation_id = homeward_organisation() AND disabled_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-signed-in' USING ERRCODE = 'HW409';
    END IF;
END
$$;

-- Whose session it is, if it still is one: not ended, neither idle nor old, and its person's role, organisation and
-- account are as they were. Its use is noted once a minute.
CREATE FUNCTION homeward_use_session(p_hash text, p_now timestamptz, p_idle interval, p_longest interval)
RETURNS TABLE (user_id uuid, issuer text, subject text, display_name text, role text, team_id uuid,
               organisation_id uuid, organisation_code text, organisation_name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own sessions;
    holder users;
    because text;
BEGIN
    SELECT * INTO own FROM sessions WHERE id_hash = p_hash AND sessions.ended_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO holder FROM users WHERE id = own.user_id;
    because := CASE
        WHEN holder.disabled_at IS NOT NULL THEN 'disabled'
        WHEN holder.role <> own.role OR holder.organisation_id <> own.organisation_id THEN 'role-changed'
        WHEN own.last_used_at + p_idle < p_now THEN 'idle'
        WHEN own.started_at + p_longest < p_now THEN 'too-old'
    END;
    IF because IS NOT NULL THEN
        UPDATE sessions SET ended_at = p_now, ended_because = because WHERE id_hash = p_hash;
        RETURN;
    END IF;
    UPDATE sessions SET last_used_at = p_now WHERE id_hash = p_hash AND last_used_at < p_now - interval '1 minute';
    RETURN QUERY
        SELECT holder.id, holder.issuer, holder.subject, holder.display_name, holder.role, holder.team_id,
               organisations.id, organisations.code, organisations.name
        FROM organisations WHERE organisations.id = holder.organisation_id;
END
$$;

-- Ends a session, once, and returns what its provider gave for ending its own.
CREATE FUNCTION homeward_end_session(p_hash text, p_now timestamptz) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE sessions SET ended_at = p_now, ended_because = 'signed-out'
    WHERE id_hash = p_hash AND ended_at IS NULL RETURNING id_token
$$;

-- An administrator disables, or enables, somebody of their own organisation; a disabled person's sessions end.
CREATE FUNCTION homeward_disable_user(p_user uuid, p_disabled boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = homeward_organisation()
                   AND role = 'admin') THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    UPDATE users SET disabled_at = CASE WHEN p_disabled THEN coalesce(disabled_at, now()) END
    WHERE id = p_user AND organisation_id = homeward_organisation();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF p_disabled THEN
        UPDATE sessions SET ended_at = now(), ended_because = 'disabled' WHERE user_id = p_user AND ended_at IS NULL;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION homeward_note_user, homeward_begin_session, homeward_use_session, homeward_end_session,
    homeward_disable_user FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_note_user, homeward_begin_session, homeward_use_session, homeward_end_session,
    homeward_disable_user TO homeward_api;

-- Audit: at a door, who, for which organisation and when are the transaction's, whatever the statement says.
CREATE FUNCTION homeward_stamp_audit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = 'homeward_api' THEN
        NEW.at := now();
        NEW.user_id := homeward_user();
        NEW.organisation_id := coalesce(homeward_organisation(), NEW.organisation_id);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON audit_reads FOR EACH ROW EXECUTE FUNCTION homeward_stamp_audit();
CREATE TRIGGER stamp BEFORE INSERT ON audit_writes FOR EACH ROW EXECUTE FUNCTION homeward_stamp_audit();
