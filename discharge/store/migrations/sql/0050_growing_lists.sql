-- How the other numbers of a referral can be asked for: each as it is kept, `system|number`, and by its number in any
-- system, `|number`.
CREATE FUNCTION homeward_number_keys(p_numbers jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(key), '{}')
    FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(p_numbers) = 'array' THEN p_numbers ELSE '[]' END) AS number,
         LATERAL (VALUES (number), (substr(number, strpos(number, '|')))) AS keys (key)
$$;

-- The cases of the asking organisation whose referral has one of some numbers. PostgreSQL asks an index before a wall only
-- by what cannot tell of a row, and that is not said of the operators that these indexes need: so this asks them, and then
-- the wall of the cases.
CREATE FUNCTION homeward_cases_numbered(p_keys text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 5 AS $$
    SELECT id FROM (
        SELECT id FROM cases WHERE external_id IS NOT NULL AND external_id = ANY (p_keys)
        UNION SELECT id FROM cases
        WHERE external_id IS NOT NULL AND substr(external_id, strpos(external_id, '|')) = ANY (p_keys)
        UNION SELECT id FROM cases
        WHERE (snapshot #> '{referral,other_ids}') <> '[]'
          AND homeward_number_keys(snapshot #> '{referral,other_ids}') && p_keys
    ) AS numbered
    WHERE EXISTS (SELECT FROM case_participants AS own
                  WHERE own.case_id = numbered.id AND own.organisation_id = homeward_organisation()
                    AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today()))
$$;
REVOKE EXECUTE ON FUNCTION homeward_cases_numbered(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_cases_numbered(text[]) TO homeward_api;
