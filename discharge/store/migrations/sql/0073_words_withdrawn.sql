-- Words that do not belong on a case are withdrawn: that something was written, by whom and when, and who withdrew it when,
-- stays; what it said is gone. What is about abuse or danger goes to the annex first. The two are alike for everybody but
-- whoever withdrew them and those whom the annex names.
ALTER TABLE notes
    ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN withdrawn_by UUID,
    ADD CONSTRAINT fk_notes_withdrawn_by_users FOREIGN KEY(withdrawn_by) REFERENCES users (id),
    ADD CONSTRAINT ck_notes_withdrawn_says_nothing CHECK (withdrawn_at IS NULL OR (text = '' AND withdrawn_by IS NOT NULL));

-- Who has looked at a case since something was written there, but for whoever withdraws it; lists show no notes.
CREATE FUNCTION homeward_readers_since(p_case uuid, p_since timestamptz) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(string_agg(reader, '; ' ORDER BY reader), '')
    FROM (SELECT DISTINCT concat_ws(', ', coalesce(users.display_name, 'a system'), organisations.name) AS reader
          FROM audit_reads AS look
          LEFT JOIN users ON users.id = look.user_id
          JOIN organisations ON organisations.id = look.organisation_id
          WHERE look.at >= p_since AND look.case_ids @> ARRAY[p_case]
            AND look.what NOT LIKE 'worklist%' AND look.what NOT IN ('alerts', 'refused items', 'messages that wait')
            AND look.user_id IS DISTINCT FROM homeward_user()) AS readers
$$;

-- Whether whoever signed in reads a note, besides that they take part in its case.
CREATE FUNCTION homeward_reads_note(note notes) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT note.organisation_id = homeward_organisation()
        OR (note.sensitivity = 'ordinary' AND homeward_cares(note.case_id))
$$;

-- Withdraw a note that whoever signed in may read: `p_danger` is the event of an annex that it goes to, none where the words
-- are erased. `done`; `again` where the same person asked for the same before; `before` where it was withdrawn already.
-- Safety is confirmed again afterwards, whichever it was: otherwise its end would tell. The request by which a referral came
-- does not hold its note either.
CREATE FUNCTION homeward_withdraw_note(p_case uuid, p_note uuid, p_danger jsonb, p_clocks jsonb) RETURNS text
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
    DELETE FROM safety_confirmations WHERE case_id = p_case;
    UPDATE referral_requests SET said = jsonb_set(said, '{note}', 'null')
    WHERE command_id = held.command_id AND held.item IS NULL AND said ->> 'note' = held.text;
    UPDATE notes SET text = '', withdrawn_at = homeward_case_time(), withdrawn_by = homeward_user() WHERE id = p_note;
    RETURN 'done';
END
$$;

REVOKE ALL ON FUNCTION homeward_readers_since, homeward_reads_note, homeward_withdraw_note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_withdraw_note TO homeward_api;
