-- What was withdrawn stays without its words.
CREATE OR REPLACE FUNCTION homeward_withdraw_note(p_case uuid, p_note uuid, p_danger jsonb, p_clocks jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held notes;
BEGIN
    SELECT * INTO held FROM notes
    WHERE id = p_note AND case_id = p_case AND homeward_user() IS NOT NULL
      AND homeward_reads_note(notes)
      AND EXISTS (SELECT FROM case_participants AS part
                  WHERE part.case_id = p_case AND part.organisation_id = homeward_organisation()
                    AND part.from_on <= homeward_today()
                    AND (part.until_on IS NULL OR part.until_on > homeward_today()))
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF held.withdrawn_at IS NOT NULL THEN
        RETURN CASE WHEN held.withdrawn_by = homeward_user()
                AND (p_danger IS NOT NULL) = EXISTS (SELECT FROM safety_events WHERE id = p_note) THEN 'again' ELSE 'before' END;
    END IF;
    IF p_danger IS NOT NULL THEN
        PERFORM homeward_safety_noted(
            p_danger || jsonb_build_object('id', p_note, 'case_id', p_case),
            jsonb_build_object(coalesce(held.item, 'note'), held.text, 'read-by',
                               homeward_readers_since(p_case, held.created_at)),
            p_clocks);
    END IF;
    DELETE FROM safety_confirmations WHERE case_id = p_case OR case_id IN (SELECT goes_on FROM homeward_goes_on(p_case));
    UPDATE referral_requests SET said = jsonb_set(said, '{note}', 'null')
    WHERE command_id = held.command_id AND held.item IS NULL AND said ->> 'note' = held.text;
    UPDATE notes SET text = '', withdrawn_at = homeward_case_time(), withdrawn_by = homeward_user() WHERE id = p_note;
    RETURN 'done';
END
$$;
DROP FUNCTION homeward_words_become_note;
