-- Two cases that were one: the annex of the case that ended goes to the one that goes on, and back when the merge is
-- undone. `own_case_id` is the case in which something was recorded that a merge brought elsewhere.
ALTER TABLE safety_events ADD COLUMN own_case_id UUID;

-- Whoever is on either list reads both; whoever was taken off the list of the case that goes on is not put back. Safety
-- has to be confirmed again for it, whether or not the other case had an annex, so that this tells nothing.
CREATE FUNCTION homeward_safety_merged(p_ended uuid, p_into uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.safety:' || each, 0))
    FROM unnest(ARRAY[least(p_ended, p_into), greatest(p_ended, p_into)]) AS each;
    DELETE FROM safety_confirmations WHERE case_id IN (p_ended, p_into);

    INSERT INTO safety_named AS held (id, case_id, organisation_id, user_id, scope, reason, named_by, named_at)
    SELECT gen_random_uuid(), p_into, named.organisation_id, named.user_id, named.scope, 'merged', named.named_by,
           named.named_at
    FROM safety_named AS named
    WHERE named.case_id = p_ended AND named.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = p_into AND before.user_id = named.user_id AND before.ended_at IS NOT NULL)
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET
        scope = 'all', reason = CASE WHEN held.reason = 'merged' THEN 'merged' ELSE 'merged-' || held.reason END
        WHERE held.scope = 'own' AND excluded.scope = 'all';

    INSERT INTO safety_clocks AS held (id, case_id, clock, due_at, late_at)
    SELECT gen_random_uuid(), p_into, clock, due_at, late_at FROM safety_clocks
    WHERE case_id = p_ended AND met_at IS NULL
    ON CONFLICT (case_id, clock) DO UPDATE SET
        due_at = CASE WHEN held.met_at IS NULL THEN least(held.due_at, excluded.due_at) ELSE excluded.due_at END,
        late_at = CASE WHEN held.met_at IS NULL THEN coalesce(held.late_at, excluded.late_at) ELSE excluded.late_at END,
        met_at = NULL;
    DELETE FROM safety_clocks WHERE case_id = p_ended;

    UPDATE safety_notes SET case_id = p_into WHERE case_id = p_ended;
    UPDATE safety_events SET own_case_id = coalesce(own_case_id, p_ended), case_id = p_into WHERE case_id = p_ended;
END
$$;

-- The merge is undone: what was recorded in the case goes back to it, and whoever came onto the other list by the merge
-- leaves it. What was still to be done is due in both: nobody else can say in which.
CREATE FUNCTION homeward_safety_parted(p_case uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    elsewhere uuid;
BEGIN
    FOR elsewhere IN SELECT DISTINCT case_id FROM safety_events WHERE own_case_id = p_case AND case_id <> p_case LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('homeward.safety:' || each, 0))
        FROM unnest(ARRAY[least(p_case, elsewhere), greatest(p_case, elsewhere)]) AS each;
        UPDATE safety_notes SET case_id = p_case
        FROM safety_events AS event
        WHERE event.id = safety_notes.event_id AND event.own_case_id = p_case AND event.case_id = elsewhere;
        UPDATE safety_events SET case_id = p_case, own_case_id = NULL
        WHERE own_case_id = p_case AND case_id = elsewhere;
        UPDATE safety_named AS held SET ended_at = now(), ended_reason = 'merge undone'
        FROM safety_named AS own
        WHERE held.case_id = elsewhere AND held.reason = 'merged' AND held.ended_at IS NULL
          AND own.case_id = p_case AND own.user_id = held.user_id;
        UPDATE safety_named SET scope = 'own', reason = substr(reason, length('merged-') + 1)
        WHERE case_id = elsewhere AND reason LIKE 'merged-%' AND ended_at IS NULL;
        INSERT INTO safety_clocks (id, case_id, clock, due_at, late_at)
        SELECT gen_random_uuid(), p_case, clock, due_at, late_at FROM safety_clocks
        WHERE case_id = elsewhere AND met_at IS NULL
        ON CONFLICT (case_id, clock) DO NOTHING;
        DELETE FROM safety_clocks WHERE case_id = elsewhere
            AND NOT EXISTS (SELECT FROM safety_events WHERE safety_events.case_id = elsewhere);
    END LOOP;
    DELETE FROM safety_confirmations WHERE case_id = p_case;
END
$$;

REVOKE ALL ON FUNCTION homeward_safety_merged, homeward_safety_parted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_safety_merged, homeward_safety_parted TO homeward_worker;
