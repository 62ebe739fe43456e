-- What is said of danger on a case that ended as merged reaches whom the case that goes on names, as what was said before the merge
-- does. Words that are withdrawn there end the confirmation of both, whether they are erased or given to the annex.

-- The case into which one was merged, that into which this was, and so on, in this order.
CREATE FUNCTION homeward_goes_on(p_case uuid) RETURNS TABLE (ended uuid, goes_on uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE way AS (
        SELECT cases.id, (cases.snapshot ->> 'merged_into')::uuid AS into_id, 1 AS step FROM cases WHERE cases.id = p_case
        UNION ALL
        SELECT cases.id, (cases.snapshot ->> 'merged_into')::uuid, way.step + 1
        FROM way JOIN cases ON cases.id = way.into_id
    ) CYCLE id SET looped USING path
    SELECT way.id, way.into_id FROM way WHERE way.into_id IS NOT NULL AND NOT way.looped ORDER BY way.step
$$;

CREATE OR REPLACE FUNCTION homeward_safety_follow(own safety_events, p_clocks jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    onward record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.safety:' || own.case_id, 0));
    DELETE FROM safety_confirmations WHERE case_id = own.case_id;

    WITH choices AS (
        SELECT advisers.user_id, advisers.organisation_id,
               advisers.organisation_id = own.organisation_id AS ours
        FROM safety_advisers AS advisers
        JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
            AND users.organisation_id = advisers.organisation_id
        JOIN case_participants AS part ON part.organisation_id = advisers.organisation_id
            AND part.case_id = own.case_id AND part.from_on <= homeward_today()
            AND (part.until_on IS NULL OR part.until_on > homeward_today())
            AND (part.organisation_id = own.organisation_id
                 OR part.relation IN ('responsible-trust', 'housing-lead'))
        WHERE advisers.ended_at IS NULL
    )
    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT DISTINCT ON (choices.user_id)
           gen_random_uuid(), own.case_id, choices.organisation_id, choices.user_id, 'all', 'adviser', own.user_id
    FROM choices
    WHERE (choices.ours OR NOT EXISTS (SELECT FROM choices AS nearer WHERE nearer.ours))
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = own.case_id AND before.user_id = choices.user_id
                        AND (before.ended_at IS NOT NULL OR before.scope = 'all'))
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all';

    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT gen_random_uuid(), own.case_id, own.organisation_id, own.user_id, 'own', 'recorded', own.user_id
    WHERE own.user_id IS NOT NULL
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO NOTHING;

    INSERT INTO safety_clocks (id, case_id, clock, due_at)
    SELECT gen_random_uuid(), own.case_id, key, value::timestamptz FROM jsonb_each_text(p_clocks)
    ON CONFLICT (case_id, clock) DO UPDATE SET
        due_at = CASE WHEN safety_clocks.met_at IS NULL THEN least(safety_clocks.due_at, excluded.due_at)
                      ELSE excluded.due_at END,
        late_at = CASE WHEN safety_clocks.met_at IS NULL THEN safety_clocks.late_at END,
        met_at = NULL;

    IF own.kind = 'danger-noted' THEN
        FOR onward IN SELECT ended, goes_on FROM homeward_goes_on(own.case_id) LOOP
            PERFORM homeward_safety_merged(onward.ended, onward.goes_on);
        END LOOP;
    END IF;
END
$$;

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
                            AND commands.organisation_id = said.organisation_id)
          AND NOT EXISTS (SELECT FROM referral_requests AS request
                          WHERE request.id = said.case_id AND request.sender_id = said.organisation_id
                            AND request.state = 'waiting') THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    INSERT INTO safety_events
        (id, case_id, kind, payload, in_hospital, case_time, organisation_id, user_id, role, body_hash)
    VALUES (said.id, said.case_id, said.kind, said.payload, said.in_hospital, homeward_case_time(), said.organisation_id,
            said.user_id, said.role, said.body_hash)
    ON CONFLICT (id) DO NOTHING RETURNING * INTO own;
    IF own.id IS NULL THEN
        SELECT * INTO own FROM safety_events WHERE id = said.id;
        IF (coalesce(own.own_case_id, own.case_id), own.body_hash) IS DISTINCT FROM (said.case_id, said.body_hash) THEN
            RAISE EXCEPTION 'duplicate-key-other-body' USING ERRCODE = 'HW409';
        END IF;
        RETURN;
    END IF;
    INSERT INTO safety_notes (id, case_id, event_id, item, text)
    SELECT gen_random_uuid(), own.case_id, own.id, key, value FROM jsonb_each_text(p_notes);
    PERFORM homeward_safety_follow(own, p_clocks);
END
$$;

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

REVOKE ALL ON FUNCTION homeward_goes_on FROM PUBLIC;

-- What was said there before.
DO $$
DECLARE
    onward record;
BEGIN
    FOR onward IN
        SELECT way.ended, way.goes_on
        FROM (SELECT DISTINCT event.case_id FROM safety_events AS event WHERE event.kind = 'danger-noted') AS said
        CROSS JOIN LATERAL homeward_goes_on(said.case_id) WITH ORDINALITY AS way (ended, goes_on, step)
        ORDER BY way.step
    LOOP
        PERFORM homeward_safety_merged(onward.ended, onward.goes_on);
    END LOOP;
END
$$;
