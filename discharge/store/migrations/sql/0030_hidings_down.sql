DROP POLICY api_inserts ON hiding_answers;
CREATE OR REPLACE FUNCTION homeward_hidden_by_number(p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH same AS MATERIALIZED (
        SELECT id FROM homeward_one_person(coalesce(homeward_surviving_person(p_person), p_person)) AS id
    )
    SELECT EXISTS (
        SELECT FROM same JOIN person_identifiers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'local' AND hidden.value = held.value
            AND hidden.authority = held.authority AND hidden.organisation_id = held.organisation_id)
    OR EXISTS (
        SELECT FROM same JOIN persons ON persons.id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = persons.nhs_number)
    OR EXISTS (
        SELECT FROM same JOIN person_nhs_numbers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = held.nhs_number)
$$;
CREATE OR REPLACE FUNCTION homeward_request_hidden(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((request.said #>> '{person,location_hidden}')::boolean, false)
        OR EXISTS (SELECT FROM hidden_numbers WHERE kind = 'nhs' AND value = request.nhs_number)
        OR EXISTS (SELECT FROM homeward_meant_by_request(request.id) AS meant (id) WHERE homeward_hidden(meant.id))
    FROM referral_requests AS request WHERE request.id = p_request
$$;
DROP FUNCTION homeward_hide_numbers;
CREATE FUNCTION homeward_hide_numbers(p_inbox uuid, p_numbers json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO hidden_numbers (organisation_id, kind, authority, value, inbox_id, stated_at)
    SELECT inbox.organisation_id, said.kind, coalesce(said.authority, ''), said.value, inbox.id, said.stated_at
    FROM inbox,
        json_to_recordset(p_numbers) AS said (kind text, authority text, value text, stated_at timestamptz)
    WHERE inbox.id = p_inbox AND inbox.organisation_id = homeward_organisation()
    ORDER BY said.kind, said.authority, said.value
    ON CONFLICT DO NOTHING
$$;
REVOKE ALL ON FUNCTION homeward_hide_numbers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hide_numbers TO homeward_api, homeward_worker;
DROP FUNCTION homeward_may_answer_hiding, homeward_hidings, homeward_hidings_unanswered, homeward_hidings_asked,
    homeward_withdraw_hiding, homeward_strangers_hidden, homeward_who_hears_of_hiding, homeward_label_hidings,
    homeward_hiding_lifted;
DROP TABLE hiding_answers;
