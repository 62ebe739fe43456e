CREATE OR REPLACE FUNCTION homeward_add_changes(p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    taken integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('homeward.counted_sums', 0)) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM counted_changes WHERE id IN (SELECT id FROM counted_changes ORDER BY id LIMIT p_most)
        RETURNING organisation_id, what, key, day, n
    ), added AS (
        INSERT INTO counted_sums AS kept (organisation_id, what, day, key, n)
        SELECT organisation_id, what, day, key, sum(n) FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        ON CONFLICT (organisation_id, what, day, key) DO UPDATE SET n = kept.n + excluded.n
    )
    SELECT count(*) INTO taken FROM gone;
    IF taken > 0 THEN
        DELETE FROM counted_sums WHERE n = 0;
    END IF;
    RETURN taken;
END
$$;
DROP TABLE counted_months;
