-- What became of a failed command in the hands of an operator. `tries_by_hand` counts how often it was sent on its way
-- again; `given_up_at` says that it will not be.
ALTER TABLE commands
    ADD COLUMN tries_by_hand integer NOT NULL DEFAULT 0,
    ADD COLUMN decided_by uuid,
    ADD COLUMN decided_reason text,
    ADD COLUMN given_up_at TIMESTAMP WITH TIME ZONE;

-- What a case answered stays; each try by hand has an answer of its own.
ALTER TABLE case_commands
    ADD COLUMN tries_by_hand integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT pk_case_commands,
    ADD CONSTRAINT pk_case_commands PRIMARY KEY (case_id, command_id, tries_by_hand);

CREATE FUNCTION homeward_decide_failed_command(p_command uuid, p_decision text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    failed commands%ROWTYPE;
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = homeward_organisation()
                   AND role = 'operator') THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    SELECT * INTO failed FROM commands
    WHERE id = p_command AND organisation_id = homeward_organisation() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF failed.state <> 'failed' OR failed.given_up_at IS NOT NULL THEN
        RAISE EXCEPTION 'already-done' USING ERRCODE = 'HW409';
    END IF;
    UPDATE commands SET decided_by = homeward_user(), decided_reason = p_reason WHERE id = p_command;
    IF p_decision = 'give-up' THEN
        UPDATE commands SET given_up_at = now() WHERE id = p_command;
    ELSE
        UPDATE commands SET state = 'taken', answer = NULL, finished_at = NULL, acknowledged_at = NULL,
            lease_until = NULL, tries = 0, tries_by_hand = tries_by_hand + 1
        WHERE id = p_command;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION homeward_decide_failed_command FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_decide_failed_command TO homeward_api;
