-- What is past goes back to the rest.
DROP FUNCTION homeward_move_past_items;
DO $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = 'outbox'::regclass AND attnum > 0 AND NOT attisdropped);
BEGIN
    EXECUTE format('INSERT INTO outbox (%1$s) SELECT %1$s FROM outbox_past ORDER BY sequence ON CONFLICT DO NOTHING', columns);
END
$$;
DROP TABLE outbox_past;
UPDATE outbox SET resent_from = NULL
WHERE resent_from IS NOT NULL AND NOT EXISTS (SELECT FROM outbox AS earlier WHERE earlier.sequence = outbox.resent_from);
ALTER TABLE outbox ADD CONSTRAINT fk_outbox_resent_from_outbox FOREIGN KEY (resent_from) REFERENCES outbox (sequence);
DELETE FROM sent_messages WHERE NOT EXISTS (SELECT FROM outbox WHERE outbox.sequence = sent_messages.outbox_sequence);
ALTER TABLE sent_messages ADD CONSTRAINT fk_sent_messages_outbox_sequence_outbox
    FOREIGN KEY (outbox_sequence) REFERENCES outbox (sequence);

CREATE OR REPLACE FUNCTION homeward_resend(p_sequence bigint, p_key uuid, p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
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
    IF NOT EXISTS (SELECT FROM outbox WHERE sequence = p_sequence AND channel = 'partner'
                   AND case_id IN (SELECT homeward_my_cases())) THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    INSERT INTO outbox (key, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
                        cause_inbox_id, needs_basis, resent_from, released_by, released_reason)
    SELECT p_key, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
           cause_inbox_id, needs_basis, sequence, homeward_user(), p_reason
    FROM outbox WHERE sequence = p_sequence AND state IN ('delivered', 'skipped')
    RETURNING sequence INTO again;
    IF again IS NULL THEN
        RAISE EXCEPTION 'not-replayable' USING ERRCODE = 'HW409';
    END IF;
    RETURN again;
END
$$;
