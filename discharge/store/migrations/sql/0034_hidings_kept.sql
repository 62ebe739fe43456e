-- A hiding that the trust keeps is the trust's from then on: its sender may still take it back, is answered as always
-- and hears no more of it, but only the trust lifts it.
ALTER TABLE hidden_numbers ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE;
GRANT UPDATE (withdrawn_at) ON hidden_numbers TO homeward_worker;

-- Whether what a message hides by a number was kept, for anybody who holds the number. A sender that has come to answer
-- for the person itself may end it.
CREATE FUNCTION homeward_hiding_kept(p_organisation uuid, p_inbox uuid, p_kind text, p_authority text, p_value text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH holders AS (
        SELECT persons.id FROM persons WHERE p_kind = 'nhs' AND persons.nhs_number = p_value
        UNION
        SELECT held.person_id FROM person_nhs_numbers AS held WHERE p_kind = 'nhs' AND held.nhs_number = p_value
        UNION
        SELECT held.person_id FROM person_identifiers AS held
        WHERE p_kind = 'local' AND held.value = p_value AND held.authority = p_authority
          AND held.organisation_id = p_organisation
    ), meant AS (
        SELECT DISTINCT coalesce(homeward_surviving_person(holders.id), holders.id) AS id FROM holders
    )
    SELECT EXISTS (SELECT FROM hiding_answers WHERE inbox_id = p_inbox) AND EXISTS (
        SELECT FROM meant
        WHERE (SELECT answers.answer FROM hiding_answers AS answers
               WHERE answers.inbox_id = p_inbox AND answers.person_id IN (SELECT homeward_one_person(meant.id))
               ORDER BY answers.answered_at DESC, answers.id LIMIT 1) = 'kept'
          AND NOT EXISTS (SELECT FROM homeward_who_hears_of_hiding(meant.id) AS heard
                          WHERE heard.answers AND heard.organisation_id = p_organisation))
$$;

-- As before; and since when its sender no longer asks for it.
DROP FUNCTION homeward_label_hidings, homeward_hidings, homeward_hidings_unanswered;
CREATE FUNCTION homeward_label_hidings()
RETURNS TABLE (inbox_id uuid, sender_id uuid, person_id uuid, hidden_at timestamptz, withdrawn_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT hidden.* FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
        JOIN feeds ON feeds.id = inbox.feed_id AND (feeds.protocol = 'fhir' OR EXISTS (
            SELECT FROM referral_requests WHERE referral_requests.inbox_id = inbox.id))
    ), meant AS (
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, said.withdrawn_at, persons.id
        FROM said JOIN persons ON said.kind = 'nhs' AND persons.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, said.withdrawn_at, held.person_id
        FROM said JOIN person_nhs_numbers AS held ON said.kind = 'nhs' AND held.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, said.withdrawn_at, held.person_id
        FROM said JOIN person_identifiers AS held ON said.kind = 'local' AND held.value = said.value
            AND held.authority = said.authority AND held.organisation_id = said.organisation_id
    )
    SELECT meant.inbox_id, meant.organisation_id, coalesce(homeward_surviving_person(meant.id), meant.id),
           min(meant.hidden_at),
           CASE WHEN bool_and(meant.withdrawn_at IS NOT NULL) THEN max(meant.withdrawn_at) END
    FROM meant GROUP BY 1, 2, 3
$$;

CREATE FUNCTION homeward_hidings()
RETURNS TABLE (inbox_id uuid, person_id uuid, sender_id uuid, hidden_at timestamptz, may_answer boolean, answer text,
               reason text, answered_at timestamptz, answered_by uuid, answered_for uuid, withdrawn_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hiding.inbox_id, hiding.person_id, hiding.sender_id, hiding.hidden_at, heard.answers,
           last.answer, last.reason, last.answered_at, last.user_id, last.organisation_id, hiding.withdrawn_at
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    LEFT JOIN LATERAL (
        SELECT hiding_answers.* FROM hiding_answers
        WHERE hiding_answers.inbox_id = hiding.inbox_id
          AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id))
        ORDER BY hiding_answers.answered_at DESC, hiding_answers.id LIMIT 1
    ) AS last ON true
    WHERE heard.organisation_id = homeward_organisation() AND (
        hiding.sender_id <> homeward_organisation() OR hiding.withdrawn_at IS NOT NULL AND heard.answers)
    ORDER BY hiding.hidden_at DESC, hiding.inbox_id
$$;

-- As before; and what was kept and then taken back by its sender, until the trust answers again.
CREATE FUNCTION homeward_hidings_unanswered() RETURNS TABLE (organisation_id uuid, people bigint, senders text, withdrawn text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT heard.organisation_id, count(DISTINCT hiding.person_id), string_agg(DISTINCT sender.name, ', '),
           string_agg(DISTINCT sender.name, ', ') FILTER (WHERE hiding.withdrawn_at IS NOT NULL)
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    JOIN organisations AS sender ON sender.id = hiding.sender_id
    WHERE (hiding.sender_id <> heard.organisation_id OR hiding.withdrawn_at IS NOT NULL AND heard.answers)
      AND NOT EXISTS (
        SELECT FROM hiding_answers WHERE hiding_answers.inbox_id = hiding.inbox_id
        AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id))
        AND hiding_answers.answered_at >= coalesce(hiding.withdrawn_at, '-infinity'))
      AND (heard.organisation_id = homeward_organisation() OR pg_has_role(
          CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END,
          'homeward_worker', 'USAGE'))
    GROUP BY heard.organisation_id
$$;

-- What the sender took back it asks for no longer, whatever became of it.
CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, coalesce(array_agg(DISTINCT hidden.value ORDER BY hidden.value) FILTER (
               WHERE position(hidden.value IN replace(encode(inbox.raw, 'escape'), ' ', '')) > 0), '{}'),
           min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation() AND hidden.withdrawn_at IS NULL
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;

CREATE OR REPLACE FUNCTION homeward_strangers_hidden(p_organisation uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT hidden.value)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = p_organisation AND hidden.kind = 'nhs'
      AND hidden.withdrawn_at IS NULL AND hidden.hidden_at > now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM homeward_people_meant(NULL, hidden.value, NULL, NULL) AS meant (id)
                      WHERE homeward_has_part(p_organisation, meant.id))
$$;

-- The sender takes back what it asked for: what the trust keeps is only noted as taken back. The answer is the same. No
-- trust answers meanwhile (see `api.hidings.answer`, which takes the same lock).
CREATE OR REPLACE FUNCTION homeward_withdraw_hiding(p_inbox uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    noted integer;
    gone integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.hiding:' || p_inbox, 0));
    IF NOT EXISTS (SELECT FROM inbox JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
                   WHERE inbox.id = p_inbox) THEN
        RETURN 0;
    END IF;
    UPDATE hidden_numbers AS hidden SET withdrawn_at = clock_timestamp()
    WHERE hidden.inbox_id = p_inbox AND hidden.organisation_id = homeward_organisation() AND hidden.withdrawn_at IS NULL
      AND homeward_hiding_kept(hidden.organisation_id, hidden.inbox_id, hidden.kind, hidden.authority, hidden.value);
    GET DIAGNOSTICS noted = ROW_COUNT;
    DELETE FROM hidden_numbers AS hidden
    WHERE hidden.inbox_id = p_inbox AND hidden.organisation_id = homeward_organisation() AND hidden.withdrawn_at IS NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN noted + gone;
END
$$;

REVOKE ALL ON FUNCTION homeward_hiding_kept FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hiding_kept TO homeward_worker;
REVOKE ALL ON FUNCTION homeward_label_hidings, homeward_hidings, homeward_hidings_unanswered FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hidings TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_hidings_unanswered TO homeward_api, homeward_worker;
