-- What a referral request says of abuse or danger is in the restricted annex, under the id of the request until the case
-- is open. Words of a referral that opened no case are found by the safety advisers of whoever sent it and of whoever
-- it was sent to; when they have seen to it the words are erased, and who did it and why stays.
ALTER TABLE safety_events ADD COLUMN erased_at TIMESTAMP WITH TIME ZONE, ADD COLUMN erased_by UUID,
    ADD COLUMN erased_reason TEXT,
    ADD CONSTRAINT fk_safety_events_erased_by_users FOREIGN KEY(erased_by) REFERENCES users (id);
ALTER TABLE safety_looks DROP CONSTRAINT fk_safety_looks_case_id_cases;

-- Words about danger, from whatever door. The organisation takes part in the case, or its own command or waiting request
-- says so; one who signed in speaks for themselves. The same again changes nothing. It returns nothing.
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

-- The case of an accepted request is open: what the request said goes to its annex, with what was due of it. Both who
-- sent it and who accepted it have their advisers named. It returns nothing, whether or not anything was said.
CREATE FUNCTION homeward_safety_request_joined(p_command uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    request referral_requests;
    own safety_events;
    due jsonb;
BEGIN
    SELECT * INTO request FROM referral_requests
    WHERE command_id = p_command AND state = 'taken-on' AND case_id IS NOT NULL;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM safety_events WHERE case_id = request.id) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.safety:' || request.case_id, 0));
    SELECT coalesce(jsonb_object_agg(clock, due_at), '{}') INTO due FROM safety_clocks
    WHERE case_id = request.id AND met_at IS NULL;
    DELETE FROM safety_clocks WHERE case_id = request.id;
    INSERT INTO safety_named AS held (id, case_id, organisation_id, user_id, scope, reason, named_by, named_at)
    SELECT gen_random_uuid(), request.case_id, organisation_id, user_id, scope, reason, named_by, named_at
    FROM safety_named WHERE case_id = request.id AND ended_at IS NULL
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET named_at = least(held.named_at, excluded.named_at);
    DELETE FROM safety_named WHERE case_id = request.id;
    UPDATE safety_looks SET case_id = request.case_id WHERE case_id = request.id;
    UPDATE safety_notes SET case_id = request.case_id WHERE case_id = request.id;
    FOR own IN UPDATE safety_events SET case_id = request.case_id WHERE case_id = request.id RETURNING * LOOP
        PERFORM homeward_safety_follow(own, due);
        own.organisation_id := request.answered_by;
        own.user_id := NULL;
        PERFORM homeward_safety_follow(own, '{}');
    END LOOP;
END
$$;

-- What was said of danger in referrals that have no case, for the safety advisers of the organisation that sent it and of
-- those that it was sent to: `state` is that of the request or of the command. Nobody else gets a row.
CREATE FUNCTION homeward_safety_uncased()
RETURNS TABLE (event_id uuid, case_id uuid, said_at timestamptz, organisation_id uuid, user_id uuid, state text,
               due_at timestamptz, family_name text, given_name text, birth_date date, nhs_number text, words jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT event.id, event.case_id, event.case_time, event.organisation_id, event.user_id,
           coalesce(request.state, asked.state, 'refused'),
           (SELECT min(clocks.due_at) FROM safety_clocks AS clocks WHERE clocks.case_id = event.case_id),
           coalesce(request.said #>> '{person,family_name}', persons.family_name),
           coalesce(request.said #>> '{person,given_name}', persons.given_name),
           coalesce((request.said #>> '{person,birth_date}')::date, persons.birth_date),
           coalesce(request.nhs_number, persons.nhs_number),
           (SELECT jsonb_object_agg(notes.item, notes.text) FROM safety_notes AS notes WHERE notes.event_id = event.id)
    FROM safety_events AS event
    LEFT JOIN referral_requests AS request ON request.id = event.case_id
    LEFT JOIN commands AS asked ON asked.id = event.id AND request.id IS NULL
    LEFT JOIN persons ON persons.id = (asked.envelope #>> '{command,person_id}')::uuid
    WHERE event.kind = 'danger-noted' AND event.erased_at IS NULL
      AND EXISTS (SELECT FROM safety_advisers AS advisers
                  JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
                      AND users.organisation_id = advisers.organisation_id
                  WHERE advisers.user_id = homeward_user() AND advisers.organisation_id = homeward_organisation()
                    AND advisers.ended_at IS NULL)
      AND NOT EXISTS (SELECT FROM cases WHERE cases.id = event.case_id)
      AND coalesce(asked.state, 'refused') IN ('refused', 'failed')
      AND (homeward_organisation() IN (event.organisation_id, request.service_id)
           OR homeward_organisation()::text = asked.envelope #>> '{command,service_id}'
           OR EXISTS (SELECT FROM referral_reviewers AS reviewers
                      WHERE reviewers.request_id = request.id
                        AND reviewers.organisation_id = homeward_organisation()))
$$;

-- An adviser has seen to words of a referral that opened no case: they are erased. Raises not-found for everybody else,
-- and while the request may still become a case.
CREATE FUNCTION homeward_safety_uncased_end(p_event uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen record;
BEGIN
    SELECT * INTO seen FROM homeward_safety_uncased() AS found
    WHERE found.event_id = p_event AND found.state NOT IN ('waiting', 'taken-on');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    UPDATE safety_events SET erased_at = now(), erased_by = homeward_user(), erased_reason = p_reason WHERE id = p_event;
    DELETE FROM safety_notes WHERE event_id = p_event;
    DELETE FROM safety_clocks WHERE case_id = seen.case_id
        AND NOT EXISTS (SELECT FROM safety_events AS other
                        WHERE other.case_id = seen.case_id AND other.erased_at IS NULL);
END
$$;

CREATE POLICY api_inserts_uncased ON safety_looks FOR INSERT TO homeward_api WITH CHECK (
    user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation())
    AND case_id IN (SELECT found.case_id FROM homeward_safety_uncased() AS found));

REVOKE ALL ON FUNCTION homeward_safety_request_joined, homeward_safety_uncased, homeward_safety_uncased_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_safety_request_joined TO homeward_worker;
GRANT EXECUTE ON FUNCTION homeward_safety_uncased, homeward_safety_uncased_end TO homeward_api;

-- The requests of today. What waits is due now; what was accepted goes to its case, unless it came there when it was.
INSERT INTO safety_events
    (id, case_id, kind, payload, in_hospital, case_time, recorded_at, organisation_id, user_id, role, body_hash)
SELECT request.id, CASE WHEN request.state = 'taken-on' THEN coalesce(request.case_id, request.id) ELSE request.id END,
       'danger-noted',
       jsonb_build_object('schema', 1, 'kind', 'danger-noted', 'came_with', 'refer',
                          'referred', coalesce(request.said -> 'reasons' @> '["safety"]', false),
                          'about_danger', coalesce(request.said -> 'about_danger', 'false')),
       true, request.requested_at, request.created_at, request.sender_id, writer.id, request.role, 'moved-request'
FROM referral_requests AS request LEFT JOIN users AS writer ON writer.id = request.user_id
WHERE (request.said -> 'reasons' @> '["safety"]'
       OR request.said ->> 'about_danger' = 'true' AND request.said ->> 'note' IS NOT NULL)
  AND NOT (request.state = 'taken-on'
           AND EXISTS (SELECT FROM safety_notes AS notes
                       WHERE notes.case_id = request.case_id
                         AND position(coalesce(request.said ->> 'note', 'safety') IN notes.text) > 0));
INSERT INTO safety_notes (id, case_id, event_id, item, text)
SELECT gen_random_uuid(), event.case_id, event.id, words.item, words.text
FROM safety_events AS event JOIN referral_requests AS request ON request.id = event.id
CROSS JOIN LATERAL (VALUES ('note', request.said ->> 'note'),
                           ('reason', CASE WHEN request.said -> 'reasons' @> '["safety"]' THEN 'safety' END)) AS words (item, text)
WHERE event.body_hash = 'moved-request' AND words.text IS NOT NULL;
UPDATE referral_requests SET said = said || jsonb_build_object(
    'note', NULL, 'about_danger', false, 'reasons', coalesce(said -> 'reasons', '[]') - 'safety')
WHERE said -> 'reasons' @> '["safety"]' OR said ->> 'about_danger' = 'true';
SELECT homeward_safety_follow(event, CASE WHEN request.state = 'waiting' OR opened.id IS NOT NULL AND opened.closed_on IS NULL
        THEN jsonb_build_object('ask-alone', homeward_case_time(), 'call', homeward_case_time(), 'decide', homeward_case_time())
        ELSE '{}' END)
FROM safety_events AS event JOIN referral_requests AS request ON request.id = event.id
LEFT JOIN cases AS opened ON opened.id = event.case_id
WHERE event.body_hash = 'moved-request' ORDER BY event.position;
UPDATE safety_named SET named_at = event.recorded_at
FROM safety_events AS event
WHERE event.body_hash = 'moved-request' AND safety_named.case_id = event.case_id
  AND safety_named.user_id = event.user_id AND safety_named.named_at = now();
ALTER TABLE referral_requests ADD CONSTRAINT ck_referral_requests_not_about_danger CHECK (
    NOT coalesce(said -> 'reasons' @> '["safety"]' OR said ->> 'about_danger' = 'true', false));
