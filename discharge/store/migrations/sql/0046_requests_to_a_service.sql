-- The service that a request is addressed to is always among those who may answer it: for the others PostgreSQL has to
-- look whom the request means, and where they lie. Every page of the service counts what waits, so that this is asked of
-- every request.
CREATE OR REPLACE FUNCTION homeward_i_review(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM referral_requests WHERE id = p_request AND service_id = homeward_organisation()
                   AND sender_id <> service_id)
        OR homeward_organisation() IN (SELECT homeward_able_reviewers(p_request))
$$;
ALTER POLICY api_reads ON referral_requests
    USING (sender_id = (SELECT homeward_organisation()) OR service_id = (SELECT homeward_organisation())
           OR EXISTS (SELECT FROM referral_reviewers WHERE referral_reviewers.request_id = referral_requests.id));
