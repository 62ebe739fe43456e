CREATE OR REPLACE FUNCTION homeward_try_partner(p_partner uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH due AS (
        UPDATE partners SET probe_after = now()
        WHERE id = p_partner AND paused_at IS NOT NULL AND probe_after IS NOT NULL
          AND homeward_organisation() IS NOT NULL
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM due)
$$;

-- Switch a partner off, so that what is for it waits, or on again, which has it tried.
CREATE OR REPLACE FUNCTION homeward_switch_partner(p_partner uuid, p_on boolean, p_reason text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH switched AS (
        UPDATE partners SET
            paused_at = coalesce(paused_at, now()),
            pause_code = CASE WHEN p_on THEN 'partner-unavailable' ELSE 'partner-switched-off' END,
            pause_reason = p_reason,
            probe_after = CASE WHEN p_on THEN now() END
        WHERE id = p_partner AND homeward_organisation() IS NOT NULL
          AND p_on = (paused_at IS NOT NULL AND probe_after IS NULL)
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM switched)
$$;
DROP FUNCTION homeward_may_switch;
