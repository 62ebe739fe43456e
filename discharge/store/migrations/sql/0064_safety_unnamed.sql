-- Whoever is named by a file of places was appointed by no user.
ALTER TABLE safety_advisers ALTER COLUMN appointed_by DROP NOT NULL;

-- The organisations whose people may write in an annex (somebody in one of these roles signed in, and it is of one of
-- these kinds, or takes part in a case in one of these relations), and whether anybody of theirs is named for safety.
-- It asks nothing of what was ever said. The organisation of the transaction sees itself alone.
CREATE FUNCTION homeward_safety_unnamed(p_roles text[], p_kinds text[], p_relations text[])
RETURNS TABLE (organisation_id uuid, named boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT organisations.id,
           EXISTS (SELECT FROM safety_advisers AS advisers
                   JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
                       AND users.organisation_id = advisers.organisation_id
                   WHERE advisers.organisation_id = organisations.id AND advisers.ended_at IS NULL)
    FROM organisations
    WHERE (homeward_organisation() IS NULL OR organisations.id = homeward_organisation())
      AND EXISTS (SELECT FROM users WHERE users.organisation_id = organisations.id AND users.disabled_at IS NULL
                    AND users.role = ANY (p_roles))
      AND (organisations.kind = ANY (p_kinds)
           OR EXISTS (SELECT FROM case_participants AS part
                      WHERE part.organisation_id = organisations.id AND part.relation = ANY (p_relations)
                        AND part.from_on <= homeward_today()
                        AND (part.until_on IS NULL OR part.until_on > homeward_today())))
$$;

-- Whether anybody named for safety reads what the organisation of the transaction says of a case in which it takes
-- part: its own advisers, else those of the trust and the housing lead. It is alike whether anything was said.
CREATE FUNCTION homeward_safety_has_reader(p_case uuid) RETURNS boolean
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

REVOKE ALL ON FUNCTION homeward_safety_unnamed, homeward_safety_has_reader FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_safety_unnamed TO homeward_api, homeward_worker;
GRANT EXECUTE ON FUNCTION homeward_safety_has_reader TO homeward_api;
