-- Words about danger are notes again, as they were.
ALTER TABLE notes DROP CONSTRAINT ck_notes_not_about_danger;
DROP FUNCTION homeward_safety_noted;
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
    SELECT gen_random_uuid(), own.case_id, choices.organisation_id, choices.user_id, 'all', 'adviser', own.user_id
    FROM choices
    WHERE (choices.ours OR NOT EXISTS (SELECT FROM choices AS nearer WHERE nearer.ours))
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = own.case_id AND before.user_id = choices.user_id
                        AND (before.ended_at IS NOT NULL OR before.scope = 'all'))
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all';

    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    VALUES (gen_random_uuid(), own.case_id, own.organisation_id, own.user_id, 'own', 'recorded', own.user_id)
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

CREATE OR REPLACE FUNCTION homeward_safety_unread(p_organisation uuid DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT gen_random_uuid(), recorded.case_id, advisers.organisation_id, advisers.user_id, 'all', 'adviser',
           advisers.appointed_by
    FROM (SELECT DISTINCT case_id, organisation_id FROM safety_events
          WHERE p_organisation IS NULL OR organisation_id = p_organisation) AS recorded
    JOIN safety_advisers AS advisers ON advisers.organisation_id = recorded.organisation_id
        AND advisers.ended_at IS NULL
    JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
        AND users.organisation_id = advisers.organisation_id
    WHERE NOT EXISTS (SELECT FROM safety_named AS named JOIN users ON users.id = named.user_id
                      WHERE named.case_id = recorded.case_id AND named.scope = 'all' AND named.ended_at IS NULL
                        AND users.disabled_at IS NULL AND users.organisation_id = named.organisation_id)
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = recorded.case_id AND before.user_id = advisers.user_id
                        AND before.ended_at IS NOT NULL)
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all'
$$;

DROP FUNCTION homeward_safety_follow;

INSERT INTO notes (id, case_id, command_id, item, organisation_id, author_id, team_id, text, sensitivity, created_at)
SELECT note.id, event.case_id, came.id, nullif(note.item, 'note'), event.organisation_id, event.user_id,
       CASE WHEN came.id IS NULL THEN author.team_id ELSE came.team_id END, note.text, 'danger', event.recorded_at
FROM safety_notes AS note
JOIN safety_events AS event ON event.id = note.event_id AND event.kind = 'danger-noted'
LEFT JOIN commands AS came ON came.id = event.id
LEFT JOIN users AS author ON author.id = event.user_id;
DELETE FROM safety_notes USING safety_events AS event
WHERE event.id = safety_notes.event_id AND event.kind = 'danger-noted';
DELETE FROM safety_events WHERE kind = 'danger-noted';
DELETE FROM safety_named WHERE NOT EXISTS (SELECT FROM safety_events WHERE safety_events.case_id = safety_named.case_id);
DELETE FROM safety_clocks WHERE NOT EXISTS (SELECT FROM safety_events WHERE safety_events.case_id = safety_clocks.case_id);
UPDATE safety_named SET named_by = user_id WHERE named_by IS NULL;
ALTER TABLE safety_named ALTER COLUMN named_by SET NOT NULL;
ALTER TABLE safety_events ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE safety_events ADD CONSTRAINT fk_safety_events_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id);
ALTER TABLE safety_notes ADD CONSTRAINT fk_safety_notes_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id);
ALTER TABLE safety_named ADD CONSTRAINT fk_safety_named_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id);
ALTER TABLE safety_clocks ADD CONSTRAINT fk_safety_clocks_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id);
