-- The bytes go back into the row: as many as there are, in one transaction. What was let go comes back as nothing.
DROP TRIGGER bytes_never_change ON inbox;
UPDATE inbox SET raw_inline = coalesce(
    (SELECT kept.raw FROM inbox_bytes AS kept
     WHERE kept.inbox_id = inbox.id AND kept.received_at = inbox.received_at), '')
WHERE raw_inline IS NULL;
DROP INDEX ix_inbox_not_moved;
ALTER TABLE inbox DROP COLUMN size, ALTER COLUMN raw_inline SET NOT NULL;
ALTER TABLE inbox RENAME COLUMN raw_inline TO raw;
DROP TABLE inbox_bytes;

CREATE OR REPLACE FUNCTION homeward_receive(p_organisation uuid, p_feed uuid, p_heard_every interval, p_came json, p_raw bytea,
    p_hides json DEFAULT NULL)
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

    IF p_hides IS NOT NULL THEN
        PERFORM homeward_hide_numbers(inbox.id, hides.numbers)
        FROM json_to_recordset(p_hides) AS hides (message_id text, sha256 text, numbers json)
        JOIN inbox ON inbox.feed_id = p_feed AND inbox.message_id = hides.message_id AND inbox.sha256 = hides.sha256
        WHERE inbox.times_received = 1 OR inbox.state IN ('stored', 'parked');
    END IF;

    UPDATE feeds
    SET last_heard_at = now(),
        last_case_time = coalesce(
            (SELECT max((came ->> 'event_time')::timestamptz) FROM json_array_elements(p_came) AS came),
            last_case_time)
    WHERE id = p_feed AND (last_heard_at IS NULL OR last_heard_at < now() - p_heard_every);
END
$$;

CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, coalesce(array_agg(DISTINCT hidden.value ORDER BY hidden.value) FILTER (
               WHERE position(hidden.value IN replace(encode(inbox.raw, 'escape'), ' ', '')) > 0), '{}'),
           min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation() AND hidden.withdrawn_at IS NULL
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;

CREATE OR REPLACE FUNCTION homeward_refuse_other_bytes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the bytes of a message never change' USING ERRCODE = 'HW001';
END
$$;
CREATE TRIGGER bytes_never_change BEFORE UPDATE OF raw, sha256, edited_from ON inbox
    FOR EACH ROW EXECUTE FUNCTION homeward_refuse_other_bytes();
