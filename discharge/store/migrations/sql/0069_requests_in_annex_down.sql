-- What requests said of danger is in the requests again, as it was; what was erased stays erased.
ALTER TABLE referral_requests DROP CONSTRAINT ck_referral_requests_not_about_danger;
UPDATE referral_requests SET said = said || jsonb_build_object(
    'note', words.note, 'about_danger', words.about_danger,
    'reasons', coalesce(said -> 'reasons', '[]') || CASE WHEN words.referred THEN '["safety"]'::jsonb ELSE '[]' END)
FROM (SELECT event.case_id, bool_or((event.payload ->> 'referred')::boolean) AS referred,
             bool_or(coalesce((event.payload ->> 'about_danger')::boolean,
                              NOT (event.payload ->> 'referred')::boolean)) AS about_danger,
             (SELECT string_agg(notes.text, E'\n') FROM safety_notes AS notes
              WHERE notes.case_id = event.case_id AND notes.item = 'note') AS note
      FROM safety_events AS event WHERE event.erased_at IS NULL GROUP BY event.case_id) AS words
WHERE words.case_id = referral_requests.id;
DELETE FROM safety_notes WHERE case_id IN (SELECT id FROM referral_requests);
DELETE FROM safety_clocks WHERE case_id IN (SELECT id FROM referral_requests);
DELETE FROM safety_named WHERE case_id IN (SELECT id FROM referral_requests);
DELETE FROM safety_events WHERE case_id IN (SELECT id FROM referral_requests);
DELETE FROM safety_looks WHERE case_id NOT IN (SELECT id FROM cases);
DROP POLICY api_inserts_uncased ON safety_looks;
ALTER TABLE safety_looks ADD CONSTRAINT fk_safety_looks_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id);
DROP FUNCTION homeward_safety_request_joined, homeward_safety_uncased_end, homeward_safety_uncased;
ALTER TABLE safety_events DROP COLUMN erased_at, DROP COLUMN erased_by, DROP COLUMN erased_reason;
CREATE OR REPLACE FUNCTION homeward_safety_noted(p_event jsonb, p_notes jsonb, p_clocks jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said safety_events := jsonb_populate_record(NULL::safety_events, p_event);
    own safety_events;
BEGIN
    IF homeward_organisation() IS NOT NULL
        AND (said.organisation_id <> homeward_organisation()
             OR said.user_id IS NOT NULL AND said.user_id IS DISTINCT FROM homeward_user())
       OR said.kind <> 'danger-noted'
       OR NOT EXISTS (SELECT FROM case_participants AS part
                      WHERE part.case_id = said.case_id AND part.organisation_id = said.organisation_id
                        AND part.from_on <= homeward_today()
                        AND (part.until_on IS NULL OR part.until_on > homeward_today()))
          AND NOT EXISTS (SELECT FROM commands WHERE commands.id = said.id AND commands.case_id = said.case_id
                            AND commands.organisation_id = said.organisation_id) THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    INSERT INTO safety_events
        (id, case_id, kind, payload, in_hospital, case_time, organisation_id, user_id, role, body_hash)
    VALUES (said.id, said.case_id, said.kind, said.payload, said.in_hospital, homeward_case_time(), said.organisation_id,
            said.user_id, said.role, said.body_hash)
    ON CONFLICT (id) DO NOTHING RETURNING * INTO own;
    IF own.id IS NULL THEN
        SELECT * INTO own FROM safety_events WHERE id = said.id;
        IF (own.case_id, own.body_hash) IS DISTINCT FROM (said.case_id, said.body_hash) THEN
            RAISE EXCEPTION 'duplicate-key-other-body' USING ERRCODE = 'HW409';
        END IF;
        RETURN;
    END IF;
    INSERT INTO safety_notes (id, case_id, event_id, item, text)
    SELECT gen_random_uuid(), own.case_id, own.id, key, value FROM jsonb_each_text(p_notes);
    PERFORM homeward_safety_follow(own, p_clocks);
END
$$;
