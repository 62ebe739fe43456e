-- Whether a request says that its person is hidden, names a number that a message hides, or may mean somebody hidden:
-- then where they are is withheld from whoever did not send it.
CREATE FUNCTION homeward_request_hidden(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((request.said #>> '{person,location_hidden}')::boolean, false)
        OR EXISTS (SELECT FROM hidden_numbers WHERE kind = 'nhs' AND value = request.nhs_number)
        OR EXISTS (SELECT FROM homeward_meant_by_request(request.id) AS meant (id) WHERE homeward_hidden(meant.id))
    FROM referral_requests AS request WHERE request.id = p_request
$$;
REVOKE ALL ON FUNCTION homeward_request_hidden FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_request_hidden TO homeward_api;
