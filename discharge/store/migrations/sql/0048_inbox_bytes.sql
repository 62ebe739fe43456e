-- The bytes of a message, nine tenths of the inbox's size, by month of their receipt; the row, and what makes it unique
-- over all time, stays. Nothing refers to them by a foreign key, or each new month would wait for whoever writes
-- messages: one statement writes row and bytes. Earlier rows keep theirs until their turn to be moved has come. The column
-- has another name, so that an earlier build that still runs stops reading messages instead of reading nothing.
ALTER TABLE inbox RENAME COLUMN raw TO raw_inline;
ALTER TABLE inbox ALTER COLUMN raw_inline DROP NOT NULL, ADD COLUMN size INTEGER;

CREATE TABLE inbox_bytes (
    inbox_id UUID NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    raw BYTEA NOT NULL,
    CONSTRAINT pk_inbox_bytes PRIMARY KEY (inbox_id, received_at)
) PARTITION BY RANGE (received_at);

-- Whoever may read a message may read its bytes. When they came is the transaction's time, as it is the row's.
ALTER TABLE inbox_bytes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON inbox_bytes FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM inbox WHERE inbox.id = inbox_bytes.inbox_id));
CREATE POLICY api_inserts ON inbox_bytes FOR INSERT TO homeward_api WITH CHECK (true);
CREATE POLICY worker_works ON inbox_bytes TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON inbox_bytes TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON inbox_bytes TO homeward_api, homeward_worker;
GRANT INSERT (inbox_id, raw) ON inbox_bytes TO homeward_api;
GRANT INSERT ON inbox_bytes TO homeward_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inbox_bytes
    FOR EACH ROW EXECUTE FUNCTION homeward_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON inbox_bytes
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change();

-- A partition for each month since the first message.
SET LOCAL timezone = 'UTC';
DO $$
DECLARE
    ends timestamptz := date_trunc('month', coalesce((SELECT received_at FROM inbox ORDER BY sequence LIMIT 1), now()))
        + interval '1 month';
BEGIN
    PERFORM homeward_make_partition('inbox_bytes', 'inbox_bytes_first', format('FOR VALUES FROM (MINVALUE) TO (%L)', ends));
    PERFORM homeward_make_partition('inbox_bytes', 'inbox_bytes_other', 'DEFAULT');
    PERFORM homeward_make_months();
END
$$;

-- The bytes of a message never change; they leave its row when the same bytes lie in the table beside it.
CREATE OR REPLACE FUNCTION homeward_refuse_other_bytes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.raw_inline IS NULL AND NEW.size = octet_length(OLD.raw_inline)
        AND (NEW.id, NEW.received_at, NEW.sha256) = (OLD.id, OLD.received_at, OLD.sha256)
        AND NEW.edited_from IS NOT DISTINCT FROM OLD.edited_from
        AND EXISTS (SELECT FROM inbox_bytes WHERE inbox_id = OLD.id AND received_at = OLD.received_at
                    AND raw = OLD.raw_inline) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the bytes of a message never change' USING ERRCODE = 'HW001';
END
$$;
DROP TRIGGER bytes_never_change ON inbox;
CREATE TRIGGER bytes_never_change BEFORE UPDATE OF id, received_at, raw_inline, size, sha256, edited_from ON inbox
    FOR EACH ROW EXECUTE FUNCTION homeward_refuse_other_bytes();

-- As before; and the bytes of a message that is new go beside it.
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
    WITH kept AS (
        INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, size, content_type, charset, message_type,
            trigger, version, event_time, person_key, acknowledgement, state, code, reason, same_id_other_bytes)
        SELECT gen_random_uuid(), p_feed, p_organisation, came.message_id, came.sha256,
            came.raw, came.content_type, came.charset,
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
        RETURNING inbox.message_id, inbox.id, inbox.times_received, inbox.same_id_other_bytes
    ), beside AS (
        INSERT INTO inbox_bytes (inbox_id, raw)
        SELECT kept.id, substr(p_raw, came.begins, came.raw)
        FROM kept JOIN json_to_recordset(p_came) AS came (begins integer, message_id text, raw integer)
            ON came.message_id = kept.message_id
        WHERE kept.times_received = 1
    )
    SELECT kept.message_id, kept.id, kept.times_received > 1, kept.same_id_other_bytes FROM kept;

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

-- As before.
CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, coalesce(array_agg(DISTINCT hidden.value ORDER BY hidden.value) FILTER (
               WHERE position(hidden.value IN replace(encode(coalesce(inbox.raw_inline, kept.raw, ''), 'escape'), ' ', '')) > 0), '{}'),
           min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    LEFT JOIN inbox_bytes AS kept ON kept.inbox_id = inbox.id AND kept.received_at = inbox.received_at
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation() AND hidden.withdrawn_at IS NULL
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;
