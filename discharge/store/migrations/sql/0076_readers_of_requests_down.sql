CREATE OR REPLACE FUNCTION homeward_safety_has_reader(p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM safety_advisers AS advisers
        JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
            AND users.organisation_id = advisers.organisation_id
        JOIN case_participants AS part ON part.organisation_id = advisers.organisation_id AND part.case_id = p_case
            AND part.from_on <= homeward_today() AND (part.until_on IS NULL OR part.until_on > homeward_today())
            AND (part.organisation_id = homeward_organisation()
                 OR part.relation IN ('responsible-trust', 'housing-lead'))
        WHERE advisers.ended_at IS NULL)
      AND EXISTS (SELECT FROM case_participants AS own
                  WHERE own.case_id = p_case AND own.organisation_id = homeward_organisation())
$$;
