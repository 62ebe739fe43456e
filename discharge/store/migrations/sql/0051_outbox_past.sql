-- What is over, of cases that closed long ago, by month. The outbox keeps what is open and what is recent: its statements,
-- indexes and triggers stay as they are. What referred to an item by its number may refer to one that was moved.
ALTER TABLE sent_messages DROP CONSTRAINT fk_sent_messages_outbox_sequence_outbox;
ALTER TABLE outbox DROP CONSTRAINT fk_outbox_resent_from_outbox;

CREATE TABLE outbox_past (LIKE outbox, CONSTRAINT pk_outbox_past PRIMARY KEY (sequence, created_at))
    PARTITION BY RANGE (created_at);
CREATE INDEX ix_outbox_past_case_id ON outbox_past (case_id);
CREATE INDEX ix_outbox_past_cause_inbox_id ON outbox_past (cause_inbox_id) WHERE cause_inbox_id IS NOT NULL;

-- Whoever may read an item may read it afterwards.
ALTER TABLE outbox_past ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
DO $$
BEGIN
    EXECUTE (SELECT format('CREATE POLICY api_reads ON outbox_past FOR SELECT TO homeward_api USING (%s)',
                           replace(pg_get_expr(polqual, polrelid), 'outbox.', 'outbox_past.'))
             FROM pg_policy WHERE polrelid = 'outbox'::regclass AND polname = 'api_reads');
END
$$;
CREATE POLICY worker_reads ON outbox_past FOR SELECT TO homeward_worker USING (true);
CREATE POLICY owner_functions ON outbox_past TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON outbox_past TO homeward_api, homeward_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON outbox_past
    FOR EACH ROW EXECUTE FUNCTION homeward_refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON outbox_past
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change();

-- A partition for each month since the first item.
SET LOCAL timezone = 'UTC';
DO $$
DECLARE
    ends timestamptz := date_trunc('month', coalesce((SELECT created_at FROM outbox ORDER BY sequence LIMIT 1), now()))
        + interval '1 month';
BEGIN
    PERFORM homeward_make_partition('outbox_past', 'outbox_past_first', format('FOR VALUES FROM (MINVALUE) TO (%L)', ends));
    PERFORM homeward_make_partition('outbox_past', 'outbox_past_other', 'DEFAULT');
    PERFORM homeward_make_months();
END
$$;

-- Moves some of what is over, of cases that closed at least so many days ago, in case time; returns how many. Whatever
-- somebody works on is left for later. Columns are named, so that one that the other table lacks is an error, not a loss.
CREATE FUNCTION homeward_move_past_items(p_days integer, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = 'outbox'::regclass AND attnum > 0 AND NOT attisdropped);
    moved integer;
BEGIN
    EXECUTE format('WITH past AS (
        SELECT outbox.sequence FROM cases JOIN outbox ON outbox.case_id = cases.id
        WHERE cases.closed_on <= homeward_today() - $1
          AND (outbox.state = ''delivered'' OR outbox.state = ''skipped'' AND outbox.relayed_at IS NOT NULL)
        LIMIT $2 FOR UPDATE OF outbox SKIP LOCKED
    ), gone AS (
        DELETE FROM outbox USING past WHERE outbox.sequence = past.sequence RETURNING outbox.*
    )
    INSERT INTO outbox_past (%1$s) SELECT %1$s FROM gone', columns) USING p_days, p_most;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;
REVOKE ALL ON FUNCTION homeward_move_past_items FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_move_past_items TO homeward_worker;

-- As before; also an item that is past, as a new one in the outbox.
CREATE OR REPLACE FUNCTION homeward_resend(p_sequence bigint, p_key uuid, p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    item record;
    again bigint;
BEGIN
    SELECT sequence INTO again FROM outbox WHERE key = p_key AND resent_from = p_sequence
        AND case_id IN (SELECT homeward_my_cases());
    IF FOUND THEN
        RETURN again;
    END IF;
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = homeward_organisation()
                   AND role = 'operator') THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    SELECT items.* INTO item FROM (
        SELECT sequence, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
               cause_inbox_id, needs_basis, state FROM outbox
        UNION ALL
        SELECT sequence, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
               cause_inbox_id, needs_basis, state FROM outbox_past
    ) AS items
    WHERE items.sequence = p_sequence AND items.channel = 'partner' AND items.case_id IN (SELECT homeward_my_cases());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF item.state NOT IN ('delivered', 'skipped') THEN
        RAISE EXCEPTION 'not-replayable' USING ERRCODE = 'HW409';
    END IF;
    INSERT INTO outbox (key, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
                        cause_inbox_id, needs_basis, resent_from, released_by, released_reason)
    VALUES (p_key, item.channel, item.kind, item.case_id, item.partner_id, item.organisation_id, item.payload,
            item.cause_command_id, item.cause_inbox_id, item.needs_basis, item.sequence, homeward_user(), p_reason)
    RETURNING sequence INTO again;
    RETURN again;
END
$$;
