-- A partner is tried, switched off or on by its own organisation, or by one that leads a case from which something was
-- sent to it; anybody else would silence it for cases of others.
CREATE FUNCTION homeward_may_switch(p_partner uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM partners WHERE id = p_partner AND organisation_id = homeward_organisation())
        OR EXISTS (SELECT FROM outbox
                   WHERE partner_id = p_partner AND case_id IN (SELECT homeward_my_led_cases()))
$$;
REVOKE ALL ON FUNCTION homeward_may_switch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_may_switch TO homeward_api;

CREATE OR REPLACE FUNCTION homeward_try_partner(p_partner uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH due AS (
        UPDATE partners SET probe_after = now()
        WHERE id = p_partner AND paused_at IS NOT NULL AND probe_after IS NOT NULL
          AND homeward_may_switch(p_partner)
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM due)
$$;

CREATE OR REPLACE FUNCTION homeward_switch_partner(p_partner uuid, p_on boolean, p_reason text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH switched AS (
        UPDATE partners SET
            paused_at = coalesce(paused_at, now()),
            pause_code = CASE WHEN p_on THEN 'partner-unavailable' ELSE 'partner-switched-off' END,
            pause_reason = p_reason,
            probe_after = CASE WHEN p_on THEN now() END
        WHERE id = p_partner AND homeward_may_switch(p_partner)
          AND p_on = (paused_at IS NOT NULL AND probe_after IS NULL)
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM switched)
$$;
