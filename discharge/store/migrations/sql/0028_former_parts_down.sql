CREATE OR REPLACE FUNCTION homeward_has_part(p_organisation uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_has_stay(p_organisation, p_person) OR EXISTS (
        SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND own.organisation_id = p_organisation
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
          AND (cases.closed_on IS NULL OR own.role IN ('referrer', 'housing-health')))
$$;
