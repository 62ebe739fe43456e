-- People about whom the asker's organisation has messages: by number, or by the beginning of a name. Each of the few who are
-- meant is looked up; as a plain EXISTS PostgreSQL expects thousands of them, and walks the inbox.
CREATE OR REPLACE FUNCTION homeward_people_of_messages(p_number text, p_family text, p_given text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH meant AS (
        SELECT id FROM persons WHERE p_number <> '' AND nhs_number = p_number
        UNION
        SELECT person_id FROM person_identifiers
        WHERE p_number <> '' AND organisation_id = homeward_organisation() AND value IN (p_number, upper(p_number))
        UNION
        SELECT persons.id
        FROM unnest(ARRAY[p_family, upper(p_family), initcap(p_family)]) AS start
        JOIN persons ON family_name ~>=~ start AND family_name ~<~ (start || chr(1114111))
        WHERE p_family <> '' AND upper(coalesce(given_name, '')) LIKE upper(p_given) || '%'
    ), same AS (
        SELECT DISTINCT homeward_one_person(homeward_surviving_person(id)) AS id FROM meant
    )
    SELECT same.id FROM same
    CROSS JOIN LATERAL (SELECT FROM inbox WHERE inbox.person_id = same.id
                        AND inbox.organisation_id = homeward_organisation() LIMIT 1) AS told
    LIMIT 200
$$;
