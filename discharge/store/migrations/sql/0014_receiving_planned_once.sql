-- As before, messages of one feed are kept all or none, in the role of whoever asks, and no two of them may have the
-- same message id. New: their bytes come one after the other in p_raw, of which each message takes its "raw" many, so
-- that large ones are not written out as text; the rows get their ids here; and the statements are planned once for a
-- connection. Such a plan may have been made while the inbox was empty, so whatever would read all of it is ruled out:
-- without scans and sorts only the index of (feed_id, message_id, sha256) gives what is asked for in its order.
DROP FUNCTION homeward_receive;

CREATE FUNCTION homeward_receive(p_organisation uuid, p_feed uuid, p_heard_every interval, p_came json, p_raw bytea)
RETURNS TABLE (message_id text, id uuid, repeated boolean, same_id_other_bytes boolean)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('homeward.organisation_id', p_organisation::text, true);

    -- One at a time for one message id, so that two connections cannot both be the first; always in the same order,
    -- so that two groups cannot wait for each other.
    PERFORM pg_advisory_xact_lock(key)
    FROM (SELECT hashtextextended(concat('homeward.inbox:', p_feed, ':', came ->> 'message_id'), 0) AS key
          FROM json_array_elements(p_came) AS came ORDER BY key) AS ordered;

    -- A statement of its own: it must see what whoever held the locks before has committed.
    RETURN QUERY
    INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw, content_type, charset, message_type,
        trigger, version, event_time, person_key, acknowledgement, state, code, reason, same_id_other_bytes)
    SELECT gen_random_uuid(), p_feed, p_organisation, came.message_id, came.sha256,
        substr(p_raw, came.begins, came.raw), came.content_type, came.charset,
        came.message_type, came.trigger, came.version, came.event_time, came.person_key, came.acknowledgement,
        came.state, came.code, came.reason,
        coalesce((SELECT true FROM inbox AS known
                  WHERE known.feed_id = p_feed AND known.message_id = came.message_id
                  ORDER BY known.sha256 LIMIT 1), false)
    FROM json_to_recordset(p_came) AS came (begins integer, message_id text, sha256 text, raw integer,
        content_type text, charset text, message_type text, trigger text, version text, event_time timestamptz,
        person_key text, acknowledgement text, state text, code text, reason text)
    ORDER BY came.begins
    ON CONFLICT (feed_id, message_id, sha256)
        DO UPDATE SET times_received = inbox.times_received + 1, last_received_at = now()
    RETURNING inbox.message_id, inbox.id, inbox.times_received > 1, inbox.same_id_other_bytes;

    UPDATE feeds
    SET last_heard_at = now(),
        last_case_time = coalesce(
            (SELECT max((came ->> 'event_time')::timestamptz) FROM json_array_elements(p_came) AS came),
            last_case_time)
    WHERE id = p_feed AND (last_heard_at IS NULL OR last_heard_at < now() - p_heard_every);
END
$$;

REVOKE ALL ON FUNCTION homeward_receive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_receive TO homeward_api, homeward_worker;
