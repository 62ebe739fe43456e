CREATE OR REPLACE FUNCTION homeward_i_review(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_organisation() IN (SELECT homeward_able_reviewers(p_request))
$$;
ALTER POLICY api_reads ON referral_requests
    USING (sender_id = (SELECT homeward_organisation())
           OR EXISTS (SELECT FROM referral_reviewers WHERE referral_reviewers.request_id = referral_requests.id));
