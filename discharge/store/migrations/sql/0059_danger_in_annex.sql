-- What is said of abuse or danger is in the restricted annex, whatever door it comes by: no note holds it.
-- A referral says it before its case is open, and a message says it without anybody who signs in.
ALTER TABLE safety_events ALTER COLUMN user_id DROP NOT NULL, DROP CONSTRAINT fk_safety_events_case_id_cases;
ALTER TABLE safety_notes DROP CONSTRAINT fk_safety_notes_case_id_cases;
ALTER TABLE safety_named ALTER COLUMN named_by DROP NOT NULL, DROP CONSTRAINT fk_safety_named_case_id_cases;
ALTER TABLE safety_clocks DROP CONSTRAINT fk_safety_clocks_case_id_cases;

-- What follows from something recorded by one who may not see what else is on the annex; alike whether there was an
-- annex before or not: the case is no longer confirmed until a named person says so again; the advisers of the
-- organisation are named, else those of the trust and the housing lead; whoever recorded it is, too, for what they
-- recorded; and the clocks run, the earlier end counting.
CREATE FUNCTION homeward_safety_follow(own safety_events, p_clocks jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
END
$$;

CREATE OR REPLACE FUNCTION homeward_safety_answered(p_event uuid, p_clocks jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own safety_events;
BEGIN
    SELECT * INTO own FROM safety_events
    WHERE id = p_event AND user_id = homeward_user() AND organisation_id = homeward_organisation();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    PERFORM homeward_safety_follow(own, p_clocks);
END
$$;

-- Words about danger, from whatever door. The organisation takes part in the case, or its own command says so; one who
-- signed in speaks for themselves. The same again changes nothing. It returns nothing.
CREATE FUNCTION homeward_safety_noted(p_event jsonb, p_notes jsonb, p_clocks jsonb) RETURNS void
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

-- An annex that nobody reads (any more) is for those whom the organisations that recorded something, the trust and the
-- housing lead name now; of one organisation, or of all. Nobody who was taken off it is put back. It returns nothing.
CREATE OR REPLACE FUNCTION homeward_safety_unread(p_organisation uuid DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH unread AS (
        SELECT DISTINCT event.case_id FROM safety_events AS event
        WHERE NOT EXISTS (SELECT FROM safety_named AS named
                          JOIN users ON users.id = named.user_id
                          JOIN case_participants AS theirs ON theirs.case_id = named.case_id
                              AND theirs.organisation_id = named.organisation_id
                              AND theirs.from_on <= homeward_today()
                              AND (theirs.until_on IS NULL OR theirs.until_on > homeward_today())
                          WHERE named.case_id = event.case_id AND named.scope = 'all' AND named.ended_at IS NULL
                            AND users.disabled_at IS NULL AND users.organisation_id = named.organisation_id)
    ), choices AS (
        SELECT DISTINCT unread.case_id, advisers.organisation_id, advisers.user_id, advisers.appointed_by,
               EXISTS (SELECT FROM safety_events AS own WHERE own.case_id = unread.case_id
                         AND own.organisation_id = advisers.organisation_id) AS ours
        FROM unread
        JOIN case_participants AS part ON part.case_id = unread.case_id AND part.from_on <= homeward_today()
            AND (part.until_on IS NULL OR part.until_on > homeward_today())
        JOIN safety_advisers AS advisers ON advisers.organisation_id = part.organisation_id AND advisers.ended_at IS NULL
        JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
            AND users.organisation_id = advisers.organisation_id
        WHERE (p_organisation IS NULL OR advisers.organisation_id = p_organisation)
          AND (part.relation IN ('responsible-trust', 'housing-lead')
               OR EXISTS (SELECT FROM safety_events AS own WHERE own.case_id = unread.case_id
                            AND own.organisation_id = part.organisation_id))
    )
    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT DISTINCT ON (choices.case_id, choices.user_id)
           gen_random_uuid(), choices.case_id, choices.organisation_id, choices.user_id, 'all', 'adviser',
           choices.appointed_by
    FROM choices
    WHERE (choices.ours OR NOT EXISTS (SELECT FROM choices AS nearer
                                       WHERE nearer.case_id = choices.case_id AND nearer.ours))
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = choices.case_id AND before.user_id = choices.user_id
                        AND before.ended_at IS NOT NULL)
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all'
$$;

REVOKE ALL ON FUNCTION homeward_safety_follow, homeward_safety_noted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_safety_noted TO homeward_api, homeward_worker;

-- The notes of today, those of one request together, the earliest first. What is due of them is due now.
INSERT INTO safety_events
    (id, case_id, kind, payload, in_hospital, case_time, recorded_at, organisation_id, user_id, role, body_hash)
SELECT coalesce(came.id, (array_agg(notes.id ORDER BY notes.id))[1]), notes.case_id, 'danger-noted',
       jsonb_build_object('schema', 1, 'kind', 'danger-noted', 'came_with', coalesce(came.kind, 'note'),
                          'referred', bool_or(notes.item IS NOT DISTINCT FROM 'reason' AND notes.text = 'safety')),
       true,
       coalesce((SELECT case_origin + (min(notes.created_at) - origin) * factor FROM case_clock), min(notes.created_at)),
       min(notes.created_at), notes.organisation_id, author.id, coalesce(came.role, author.role, 'system'), 'moved'
FROM notes
LEFT JOIN commands AS came ON came.id = notes.command_id
LEFT JOIN users AS author ON author.id = notes.author_id
WHERE notes.sensitivity = 'danger'
GROUP BY notes.case_id, came.id, came.kind, came.role, CASE WHEN came.id IS NULL THEN notes.id END,
         notes.organisation_id, author.id, author.role
ORDER BY min(notes.created_at), min(notes.id::text);
INSERT INTO safety_notes (id, case_id, event_id, item, text)
SELECT notes.id, notes.case_id, event.id, coalesce(notes.item, 'note'), notes.text
FROM notes
LEFT JOIN commands AS came ON came.id = notes.command_id
JOIN safety_events AS event ON event.id = coalesce(came.id, notes.id)
WHERE notes.sensitivity = 'danger';
DELETE FROM notes WHERE sensitivity = 'danger';
SELECT homeward_safety_follow(event, CASE WHEN opened.closed_on IS NULL
        THEN jsonb_build_object('ask-alone', homeward_case_time(), 'call', homeward_case_time(), 'decide', homeward_case_time())
        ELSE '{}' END)
FROM safety_events AS event LEFT JOIN cases AS opened ON opened.id = event.case_id
WHERE event.body_hash = 'moved' ORDER BY event.position;
UPDATE safety_named SET named_at = said.first_at
FROM (SELECT case_id, user_id, min(recorded_at) AS first_at FROM safety_events WHERE body_hash = 'moved'
      GROUP BY case_id, user_id) AS said
WHERE safety_named.case_id = said.case_id AND safety_named.user_id = said.user_id AND safety_named.named_at = now();
SELECT homeward_safety_unread();
ALTER TABLE notes ADD CONSTRAINT ck_notes_not_about_danger CHECK (sensitivity <> 'danger');
