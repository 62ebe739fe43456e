-- What each counted row adds to the figures of the organisations that lead its case. A build that does not know these
-- columns leaves them as they are, and the version up to which a case is summed too (cases.summed_version): such a case is
-- counted anew.
ALTER TABLE counted_stays
    ADD COLUMN leads UUID[] NOT NULL DEFAULT '{}', ADD COLUMN summands JSONB NOT NULL DEFAULT '[]';
ALTER TABLE counted_lettings
    ADD COLUMN leads UUID[] NOT NULL DEFAULT '{}', ADD COLUMN summands JSONB NOT NULL DEFAULT '[]';

CREATE TABLE counted_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    organisation_id UUID NOT NULL,
    what TEXT NOT NULL,
    key TEXT NOT NULL,
    day DATE NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_counted_changes PRIMARY KEY (id)
);
CREATE INDEX ix_counted_changes_organisation_id ON counted_changes (organisation_id);

CREATE TABLE counted_sums (
    organisation_id UUID NOT NULL,
    what TEXT NOT NULL,
    day DATE NOT NULL,
    key TEXT NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_counted_sums PRIMARY KEY (organisation_id, what, day, key)
);

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

-- Sums name nobody. An organisation reads those of the cases that it leads, and nobody writes them but the functions below.
DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['counted_changes', 'counted_sums', 'counted_months'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api '
            'USING (organisation_id = (SELECT homeward_organisation()))', tab);
        EXECUTE format('CREATE POLICY worker_reads ON %I FOR SELECT TO homeward_worker USING (true)', tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tab);
    END LOOP;
END
$$;
GRANT SELECT ON counted_changes, counted_sums, counted_months TO homeward_api, homeward_worker;

-- Takes away what a row added and adds what it adds now, for each organisation that leads: rows may change in any order,
-- by any build, and the sums stay those of the rows.
CREATE FUNCTION homeward_note_summands() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO counted_changes (organisation_id, what, key, day, n)
    SELECT lead, summand ->> 0, summand ->> 1, (summand ->> 2)::date, sum(side.sign * (summand ->> 3)::integer)
    FROM (VALUES (1, NEW.leads, NEW.summands), (-1, OLD.leads, OLD.summands)) AS side (sign, leads, summands),
         LATERAL unnest(side.leads) AS lead, LATERAL jsonb_array_elements(side.summands) AS summand
    GROUP BY 1, 2, 3, 4
    HAVING sum(side.sign * (summand ->> 3)::integer) <> 0;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION homeward_note_summands FROM PUBLIC;
CREATE TRIGGER notes_summands AFTER INSERT OR DELETE OR UPDATE OF leads, summands ON counted_stays
    FOR EACH ROW EXECUTE FUNCTION homeward_note_summands();
CREATE TRIGGER notes_summands AFTER INSERT OR DELETE OR UPDATE OF leads, summands ON counted_lettings
    FOR EACH ROW EXECUTE FUNCTION homeward_note_summands();

-- Adds some of the changes to the sums by day and by month; returns how many. A change that is not yet visible is left for
-- later, and a second one that does this at the same time does nothing.
CREATE FUNCTION homeward_add_changes(p_most integer) RETURNS integer
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
REVOKE ALL ON FUNCTION homeward_add_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_add_changes TO homeward_worker;

-- For a report of the asking organisation: its cases that are not summed up to their version ('uncounted', with the case as
-- key), which the report counts by themselves, and what stands in its sums for any such case, which it takes away. Some of
-- these it may not see any more, and its sums must not hold them either. There is hardly ever one: their index is asked,
-- which PostgreSQL would not choose, because it takes half of all cases to be among them.
CREATE FUNCTION homeward_uncounted() RETURNS TABLE (what text, key text, day date, n integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
    WITH uncounted AS MATERIALIZED (
        SELECT id FROM cases WHERE summed_version IS DISTINCT FROM version
    )
    SELECT 'uncounted', id::text, NULL::date, 0 FROM uncounted
    WHERE EXISTS (SELECT FROM case_participants AS own
                  WHERE own.case_id = uncounted.id AND own.organisation_id = homeward_organisation()
                    AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today()))
    UNION ALL
    SELECT summand ->> 0, summand ->> 1, (summand ->> 2)::date, -(summand ->> 3)::integer
    FROM uncounted, LATERAL (
        SELECT leads, summands FROM counted_stays WHERE case_id = uncounted.id
        UNION ALL SELECT leads, summands FROM counted_lettings WHERE case_id = uncounted.id
    ) AS counted, LATERAL jsonb_array_elements(counted.summands) AS summand
    WHERE homeward_organisation() = ANY (counted.leads)
$$;
REVOKE ALL ON FUNCTION homeward_uncounted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_uncounted TO homeward_api;
