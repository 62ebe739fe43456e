-- Whether anybody named for safety reads what the organisation of the transaction says of a case in which it takes part, or in
-- a referral request of its own: its own advisers; else those of the trust and the housing lead, or of the service that was
-- asked. It is alike whether anything was said, and whoever is meant by the request.
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
      OR EXISTS (
        SELECT FROM referral_requests AS request
        JOIN safety_advisers AS advisers ON advisers.organisation_id IN (request.sender_id, request.service_id)
            AND advisers.ended_at IS NULL
        JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
            AND users.organisation_id = advisers.organisation_id
        WHERE request.id = p_case AND request.sender_id = homeward_organisation())
$$;
