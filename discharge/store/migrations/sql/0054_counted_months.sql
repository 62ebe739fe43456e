-- The sums by day once more, by month (its first day): a report reads whole months here, and days at both ends of its
-- period.
CREATE TABLE counted_months (
    organisation_id UUID NOT NULL,
    what TEXT NOT NULL,
    month DATE NOT NULL,
    key TEXT NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_counted_months PRIMARY KEY (organisation_id, what, month, key)
);
ALTER TABLE counted_months ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON counted_months FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_reads ON counted_months FOR SELECT TO homeward_worker USING (true);
CREATE POLICY owner_functions ON counted_months TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON counted_months TO homeward_api, homeward_worker;

-- Nobody adds changes meanwhile.
SELECT pg_advisory_xact_lock(hashtextextended('homeward.counted_sums', 0));
INSERT INTO counted_months (organisation_id, what, month, key, n)
SELECT organisation_id, what, date_trunc('month', day)::date, key, sum(n) FROM counted_sums GROUP BY 1, 2, 3, 4
HAVING sum(n) <> 0;

-- As before, and to the months.
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
    ), by_day AS (
        INSERT INTO counted_sums AS kept (organisation_id, what, day, key, n)
        SELECT organisation_id, what, day, key, sum(n) FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        ON CONFLICT (organisation_id, what, day, key) DO UPDATE SET n = kept.n + excluded.n
    ), by_month AS (
        INSERT INTO counted_months AS kept (organisation_id, what, month, key, n)
        SELECT organisation_id, what, date_trunc('month', day)::date, key, sum(n) FROM gone GROUP BY 1, 2, 3, 4
        HAVING sum(n) <> 0
        ON CONFLICT (organisation_id, what, month, key) DO UPDATE SET n = kept.n + excluded.n
    )
    SELECT count(*) INTO taken FROM gone;
    IF taken > 0 THEN
        DELETE FROM counted_sums WHERE n = 0;
        DELETE FROM counted_months WHERE n = 0;
    END IF;
    RETURN taken;
END
$$;
