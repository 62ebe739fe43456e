-- Words that stand elsewhere than in a note become one when they are withdrawn, and leave where they stood: what is said of a
-- contact (all its versions, under the id of the newest), and why somebody may know where a hidden person lies. From then on
-- they are a note that is withdrawn: erased, or given to the annex, with the same trace.

-- It changes nothing where such a note stands already. The note is for those who read the words where they stood: whoever asks and
-- does not read it is refused afterwards, with all of this. Numbers, and the name
-- of whom it is not safe to ring, stay, so that nobody rings them.
CREATE FUNCTION homeward_words_become_note(p_case uuid, p_words uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF homeward_user() IS NULL OR EXISTS (SELECT FROM notes WHERE id = p_words) THEN
        RETURN;
    END IF;

    INSERT INTO notes (id, case_id, item, organisation_id, author_id, text, sensitivity, created_at)
    SELECT newest.id, p_case, 'who-to-call', newest.organisation_id, newest.recorded_by,
           (SELECT string_agg(concat_ws('; ', each.name, each.about, each.phone, each.email, each.hours, each.said_by,
                                        each.reason), E'\n' ORDER BY each.number)
            FROM contact_entries AS each WHERE each.contact_id = newest.contact_id),
           newest.sensitivity,
           (SELECT min(each.recorded_at) FROM contact_entries AS each WHERE each.contact_id = newest.contact_id)
    FROM contact_entries AS newest JOIN cases ON cases.id = newest.case_id
    WHERE newest.id = p_words AND newest.case_id = p_case AND NOT homeward_hidden(cases.person_id)
      AND NOT EXISTS (SELECT FROM contact_entries AS later
                      WHERE later.contact_id = newest.contact_id AND later.number > newest.number);
    IF FOUND THEN
        UPDATE contact_entries SET name = CASE WHEN safe_to_ring = 'no' THEN name END, about = NULL, hours = NULL, said_by = NULL,
                                   reason = NULL
        WHERE contact_id = (SELECT contact_id FROM contact_entries WHERE id = p_words);
        RETURN;
    END IF;

    INSERT INTO notes (id, case_id, item, organisation_id, author_id, text, sensitivity, created_at)
    SELECT id, p_case, 'place-reader', organisation_id, named_by, reason, 'restricted', named_at FROM place_readers
    WHERE id = p_words AND case_id = p_case;
    IF FOUND THEN
        UPDATE place_readers SET reason = '' WHERE id = p_words;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION homeward_withdraw_note(p_case uuid, p_note uuid, p_danger jsonb, p_clocks jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held notes;
BEGIN
    PERFORM homeward_words_become_note(p_case, p_note);
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

REVOKE ALL ON FUNCTION homeward_words_become_note FROM PUBLIC;
