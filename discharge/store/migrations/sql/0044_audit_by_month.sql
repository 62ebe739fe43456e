-- The partitions of every table that is split by month, without the one that takes what has none.
CREATE FUNCTION homeward_months()
RETURNS TABLE (tab text, by_column text, part text, from_at timestamptz, until_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
    SELECT whole.relname::text, keyed.attname::text, part.relname::text,
           substring(bound.said FROM $re$FROM \('([^']+)'\)$re$)::timestamptz,
           substring(bound.said FROM $re$TO \('([^']+)'\)$re$)::timestamptz
    FROM pg_partitioned_table AS split
    JOIN pg_class AS whole ON whole.oid = split.partrelid AND whole.relnamespace = 'public'::regnamespace
    JOIN pg_attribute AS keyed ON keyed.attrelid = split.partrelid AND keyed.attnum = split.partattrs[0]
    JOIN pg_inherits ON inhparent = split.partrelid
    JOIN pg_class AS part ON part.oid = inhrelid
    CROSS JOIN LATERAL (SELECT pg_get_expr(part.relpartbound, part.oid) AS said) AS bound
    WHERE split.partstrat = 'r' AND bound.said <> 'DEFAULT'
$$;

-- A partition of its own: nobody asks it by its name, because a policy of the whole does not hold for whoever does.
-- `p_bound` is what follows the names: FOR VALUES FROM ... TO ..., or DEFAULT.
CREATE FUNCTION homeward_make_partition(p_tab text, p_part text, p_bound text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE public.%I (LIKE %I INCLUDING DEFAULTS)', p_part, p_tab);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', p_part);
    EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change()', p_part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I %s', p_tab, p_part, p_bound);
END
$$;

-- Makes what is missing of this month's partition and those of the next three, and returns how many. Rows that came
-- while there was none lie in the partition for all else: it becomes the partition of their months.
CREATE FUNCTION homeward_make_months() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC'
SET lock_timeout = '3s' AS $$
DECLARE
    split record;
    begins timestamptz;
    ends timestamptz;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.months', 0));
    FOR split IN SELECT tab, by_column, max(until_at) AS until_at FROM homeward_months() GROUP BY tab, by_column LOOP
        begins := split.until_at;
        EXECUTE format('SELECT date_trunc(''month'', max(%1$I)) + interval ''1 month'' FROM %2$I WHERE %1$I >= $1',
            split.by_column, split.tab) INTO ends USING begins;
        IF ends IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', split.tab, split.tab || '_other');
            EXECUTE format('ALTER TABLE %I RENAME TO %I', split.tab || '_other',
                split.tab || to_char(begins, '_YYYY_MM'));
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', split.tab,
                split.tab || to_char(begins, '_YYYY_MM'), begins, ends);
            PERFORM homeward_make_partition(split.tab, split.tab || '_other', 'DEFAULT');
            made := made + 1;
            begins := ends;
        END IF;
        WHILE begins < date_trunc('month', now()) + interval '4 months' LOOP
            PERFORM homeward_make_partition(split.tab, split.tab || to_char(begins, '_YYYY_MM'),
                format('FOR VALUES FROM (%L) TO (%L)', begins, begins + interval '1 month'));
            made := made + 1;
            begins := begins + interval '1 month';
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- Tables whose next month has no partition, or that hold rows of a month that has none.
CREATE FUNCTION homeward_months_missing() RETURNS TABLE (tab text, until_at timestamptz, astray boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    by_column text;
BEGIN
    FOR tab, by_column, until_at IN
        SELECT months.tab, months.by_column, max(months.until_at) FROM homeward_months() AS months GROUP BY 1, 2
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= $1)', tab, by_column) INTO astray USING until_at;
        IF astray OR until_at < date_trunc('month', now()) + interval '2 months' THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION homeward_months, homeward_make_partition, homeward_make_months, homeward_months_missing
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_months_missing TO homeward_api, homeward_worker;
GRANT EXECUTE ON FUNCTION homeward_months, homeward_make_months TO homeward_worker;

-- The table that is there becomes the first partition. Nobody waits for more than the catalogue: its new key has an
-- index, and its end is known.
CREATE FUNCTION pg_temp.set_aside(p_tab text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first text := p_tab || '_first';
    policy record;
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', p_tab, first);
    EXECUTE format('DROP TRIGGER append_only ON %I', first);
    EXECUTE format('DROP TRIGGER stamp ON %I', first);
    FOR policy IN SELECT polname FROM pg_policy WHERE polrelid = first::regclass LOOP
        EXECUTE format('DROP POLICY %I ON %I', policy.polname, first);
    END LOOP;
    EXECUTE format('REVOKE ALL ON %I FROM homeward_api, homeward_worker', first);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', first, 'pk_' || p_tab);
    EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %2$I PRIMARY KEY USING INDEX %2$I', first, 'pk_' || first);
END
$$;

CREATE FUNCTION pg_temp.put_in(p_tab text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first text := p_tab || '_first';
    ends timestamptz;
BEGIN
    SELECT substring(pg_get_constraintdef(oid) FROM '''([^'']+)''')::timestamptz INTO ends
    FROM pg_constraint WHERE conrelid = first::regclass AND conname = 'ck_' || first;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', p_tab);
    EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api '
        'USING (organisation_id = (SELECT homeward_organisation()))', p_tab);
    EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', p_tab);
    EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', p_tab);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I '
        'FOR EACH ROW EXECUTE FUNCTION homeward_refuse_change()', p_tab);
    EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change()', p_tab);
    EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT ON %I '
        'FOR EACH ROW EXECUTE FUNCTION homeward_stamp_audit()', p_tab);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', p_tab, first, ends);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', first, 'ck_' || first);
    PERFORM homeward_make_partition(p_tab, p_tab || '_other', 'DEFAULT');
END
$$;

SET LOCAL timezone = 'UTC';
LOCK TABLE audit_reads, audit_writes IN ACCESS EXCLUSIVE MODE;
ALTER INDEX ix_audit_reads_case_ids RENAME TO ix_audit_reads_first_case_ids;
ALTER INDEX ix_audit_reads_person_ids RENAME TO ix_audit_reads_first_person_ids;
SELECT pg_temp.set_aside(tab) FROM unnest(ARRAY['audit_reads', 'audit_writes']) AS tab;

-- Each index finds its like on the first partition, and is made on the others, which are empty.
CREATE TABLE audit_reads (LIKE audit_reads_first INCLUDING DEFAULTS, CONSTRAINT pk_audit_reads PRIMARY KEY (id, at))
    PARTITION BY RANGE (at);
CREATE INDEX ix_audit_reads_case_ids ON audit_reads USING gin (case_ids);
CREATE INDEX ix_audit_reads_person_ids ON audit_reads USING gin (person_ids);
CREATE TABLE audit_writes (LIKE audit_writes_first INCLUDING DEFAULTS, CONSTRAINT pk_audit_writes PRIMARY KEY (id, at))
    PARTITION BY RANGE (at);
CREATE INDEX ix_audit_writes_subject ON audit_writes (subject, at);
SELECT pg_temp.put_in(tab) FROM unnest(ARRAY['audit_reads', 'audit_writes']) AS tab;
DROP FUNCTION pg_temp.set_aside, pg_temp.put_in;
SELECT homeward_make_months();

-- When it was is the transaction's: at a door no statement may say it, and no row is sent to another month by it.
CREATE POLICY api_inserts ON audit_reads FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_inserts ON audit_writes FOR INSERT TO homeward_api
    WITH CHECK (organisation_id IS NOT DISTINCT FROM (SELECT homeward_organisation()));
GRANT SELECT ON audit_reads, audit_writes TO homeward_api, homeward_worker;
GRANT INSERT ON audit_reads, audit_writes TO homeward_worker;
GRANT INSERT (id, organisation_id, user_id, client_id, role, purpose, what, case_ids, person_ids)
    ON audit_reads TO homeward_api;
GRANT INSERT (id, organisation_id, user_id, client_id, role, action, subject, case_id, detail)
    ON audit_writes TO homeward_api;

-- Who looked at a case is for those who lead it: the newest looks, month by month until there are `p_most`, or all.
DROP FUNCTION homeward_who_looked(uuid);
CREATE FUNCTION homeward_who_looked(p_case uuid, p_most integer DEFAULT NULL)
RETURNS TABLE (at timestamptz, organisation_id uuid, user_id uuid, role text, purpose text, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    person uuid[];
    month record;
    of_month bigint;
    found_so_far bigint := 0;
BEGIN
    IF p_case NOT IN (SELECT homeward_my_led_cases()) THEN
        RETURN;
    END IF;
    person := ARRAY(SELECT cases.person_id FROM cases WHERE cases.id = p_case);
    FOR month IN
        SELECT coalesce(from_at, '-infinity') AS from_at, until_at FROM homeward_months() WHERE tab = 'audit_reads'
        UNION ALL SELECT max(until_at), 'infinity' FROM homeward_months() WHERE tab = 'audit_reads'
        ORDER BY until_at DESC
    LOOP
        RETURN QUERY SELECT looks.at, looks.organisation_id, looks.user_id, looks.role, looks.purpose, looks.what
            FROM audit_reads AS looks
            WHERE looks.at >= month.from_at AND looks.at < month.until_at
              AND (looks.case_ids @> ARRAY[p_case] OR looks.person_ids && person)
            ORDER BY looks.at DESC LIMIT p_most;
        GET DIAGNOSTICS of_month = ROW_COUNT;
        found_so_far := found_so_far + of_month;
        EXIT WHEN found_so_far >= p_most;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION homeward_who_looked(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_who_looked(uuid, integer) TO homeward_api;
