-- The ward that a message names, as its feed's profile reads it, in capitals: operators look for messages by it, and
-- behind a wall an index of lower(...) or upper(...) is never used.
ALTER TABLE inbox ADD COLUMN ward TEXT;
UPDATE inbox SET ward = said.ward
FROM (SELECT DISTINCT ON (inbox_id) inbox_id, upper(payload #>> '{location,ward}') AS ward FROM facts
      WHERE kind = 'stay-reported' AND payload #>> '{location,ward}' <> '' ORDER BY inbox_id, ordinal) AS said
WHERE said.inbox_id = inbox.id;
CREATE INDEX ix_inbox_ward ON inbox (organisation_id, ward, received_at, sequence) WHERE ward IS NOT NULL;
CREATE INDEX ix_inbox_other_bytes ON inbox (organisation_id, received_at, sequence) WHERE same_id_other_bytes IS TRUE;
CREATE INDEX ix_inbox_again ON inbox (organisation_id, received_at, sequence) WHERE times_received > 1;
CREATE INDEX ix_inbox_with_care ON inbox (organisation_id, received_at, sequence)
    WHERE state = 'interpreted' AND reason IS NOT NULL;

-- A replay can be stopped: what was not looked at by then is left as it is.
ALTER TABLE replays ADD COLUMN stopped_by UUID, ADD COLUMN stopped_reason TEXT;
ALTER TABLE replays DROP CONSTRAINT ck_replays_state;
ALTER TABLE replays ADD CONSTRAINT ck_replays_state CHECK (state IN ('waiting', 'working', 'done', 'stopped'));
ALTER TABLE replays ADD CONSTRAINT ck_replays_stopped CHECK ((state = 'stopped') = (stopped_by IS NOT NULL));
DROP INDEX ix_replays_open;
CREATE INDEX ix_replays_open ON replays (asked_at) WHERE state IN ('waiting', 'working');

-- Stop, once: again changes nothing, and what is done is done.
CREATE FUNCTION homeward_stop_replay(p_replay uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    replay replays;
BEGIN
    SELECT * INTO replay FROM replays
    WHERE id = p_replay AND organisation_id = homeward_organisation() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = replay.organisation_id
                   AND role = 'operator') THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    IF replay.state = 'done' THEN
        RAISE EXCEPTION 'already-done' USING ERRCODE = 'HW409';
    END IF;
    UPDATE replays SET state = 'stopped', finished_at = now(), stopped_by = homeward_user(),
        stopped_reason = p_reason WHERE id = p_replay AND state <> 'stopped';
    RETURN 'stopped';
END
$$;
REVOKE ALL ON FUNCTION homeward_stop_replay FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_stop_replay TO homeward_api;
