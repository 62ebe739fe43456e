DROP FUNCTION homeward_label_hidings, homeward_hidings, homeward_hidings_unanswered;
CREATE FUNCTION homeward_label_hidings()
RETURNS TABLE (inbox_id uuid, sender_id uuid, person_id uuid, hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT hidden.* FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
        JOIN feeds ON feeds.id = inbox.feed_id AND (feeds.protocol = 'fhir' OR EXISTS (
            SELECT FROM referral_requests WHERE referral_requests.inbox_id = inbox.id))
    ), meant AS (
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, persons.id
        FROM said JOIN persons ON said.kind = 'nhs' AND persons.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, held.person_id
        FROM said JOIN person_nhs_numbers AS held ON said.kind = 'nhs' AND held.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, held.person_id
        FROM said JOIN person_identifiers AS held ON said.kind = 'local' AND held.value = said.value
            AND held.authority = said.authority AND held.organisation_id = said.organisation_id
    )
    SELECT meant.inbox_id, meant.organisation_id, coalesce(homeward_surviving_person(meant.id), meant.id),
           min(meant.hidden_at)
    FROM meant GROUP BY 1, 2, 3
$$;

CREATE FUNCTION homeward_hidings()
RETURNS TABLE (inbox_id uuid, person_id uuid, sender_id uuid, hidden_at timestamptz, may_answer boolean, answer text,
               reason text, answered_at timestamptz, answered_by uuid, answered_for uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hiding.inbox_id, hiding.person_id, hiding.sender_id, hiding.hidden_at, heard.answers,
           last.answer, last.reason, last.answered_at, last.user_id, last.organisation_id
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    LEFT JOIN LATERAL (
        SELECT hiding_answers.* FROM hiding_answers
        WHERE hiding_answers.inbox_id = hiding.inbox_id
          AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id))
        ORDER BY hiding_answers.answered_at DESC, hiding_answers.id LIMIT 1
    ) AS last ON true
    WHERE heard.organisation_id = homeward_organisation() AND hiding.sender_id <> homeward_organisation()
    ORDER BY hiding.hidden_at DESC, hiding.inbox_id
$$;

CREATE FUNCTION homeward_hidings_unanswered() RETURNS TABLE (organisation_id uuid, people bigint, senders text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT heard.organisation_id, count(DISTINCT hiding.person_id), string_agg(DISTINCT sender.name, ', ')
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    JOIN organisations AS sender ON sender.id = hiding.sender_id
    WHERE hiding.sender_id <> heard.organisation_id AND NOT EXISTS (
        SELECT FROM hiding_answers WHERE hiding_answers.inbox_id = hiding.inbox_id
        AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id)))
      AND (heard.organisation_id = homeward_organisation() OR pg_has_role(
          CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END,
          'homeward_worker', 'USAGE'))
    GROUP BY heard.organisation_id
$$;

CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, coalesce(array_agg(DISTINCT hidden.value ORDER BY hidden.value) FILTER (
               WHERE position(hidden.value IN replace(encode(inbox.raw, 'escape'), ' ', '')) > 0), '{}'),
           min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation()
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;

CREATE OR REPLACE FUNCTION homeward_withdraw_hiding(p_inbox uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM hidden_numbers USING inbox, feeds
        WHERE hidden_numbers.inbox_id = p_inbox AND hidden_numbers.organisation_id = homeward_organisation()
          AND inbox.id = hidden_numbers.inbox_id AND feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
        RETURNING 1
    )
    SELECT count(*)::integer FROM gone
$$;

CREATE OR REPLACE FUNCTION homeward_strangers_hidden(p_organisation uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT hidden.value)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = p_organisation AND hidden.kind = 'nhs' AND hidden.hidden_at > now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM homeward_people_meant(NULL, hidden.value, NULL, NULL) AS meant (id)
                      WHERE homeward_has_part(p_organisation, meant.id))
$$;

REVOKE ALL ON FUNCTION homeward_label_hidings, homeward_hidings, homeward_hidings_unanswered FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hidings TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_hidings_unanswered TO homeward_api, homeward_worker;
DROP FUNCTION homeward_hiding_kept;
ALTER TABLE hidden_numbers DROP COLUMN withdrawn_at;
