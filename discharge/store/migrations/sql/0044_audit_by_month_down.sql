DROP FUNCTION homeward_who_looked(uuid, integer);
CREATE FUNCTION homeward_who_looked(p_case uuid)
RETURNS TABLE (at timestamptz, organisation_id uuid, user_id uuid, role text, purpose text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT audit_reads.at, audit_reads.organisation_id, audit_reads.user_id, audit_reads.role, audit_reads.purpose,
           audit_reads.what
    FROM audit_reads
    WHERE p_case IN (SELECT homeward_my_led_cases())
      AND (audit_reads.case_ids @> ARRAY[p_case]
           OR audit_reads.person_ids && ARRAY(SELECT person_id FROM cases WHERE id = p_case))
    ORDER BY audit_reads.at DESC
$$;
REVOKE ALL ON FUNCTION homeward_who_looked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_who_looked TO homeward_api;

-- The first partition is the whole table again, with the rows of the later months.
CREATE FUNCTION pg_temp.one_table_again(p_tab text, p_mine text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first text := p_tab || '_first';
BEGIN
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', p_tab, first);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', first, 'pk_' || first);
    EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', first);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', first, p_tab);
    EXECUTE format('DROP TABLE %I', p_tab);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', first, p_tab);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (id)', p_tab, 'pk_' || p_tab);
    EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api '
        'USING (organisation_id = (SELECT homeward_organisation()))', p_tab);
    EXECUTE format('CREATE POLICY api_inserts ON %I FOR INSERT TO homeward_api WITH CHECK (%s)', p_tab, p_mine);
    EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', p_tab);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO homeward_api, homeward_worker', p_tab);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I '
        'FOR EACH ROW EXECUTE FUNCTION homeward_refuse_change()', p_tab);
    EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT ON %I '
        'FOR EACH ROW EXECUTE FUNCTION homeward_stamp_audit()', p_tab);
END
$$;
SELECT pg_temp.one_table_again('audit_reads', 'organisation_id = (SELECT homeward_organisation())');
SELECT pg_temp.one_table_again('audit_writes', 'organisation_id IS NOT DISTINCT FROM (SELECT homeward_organisation())');
DROP FUNCTION pg_temp.one_table_again;
ALTER INDEX ix_audit_reads_first_case_ids RENAME TO ix_audit_reads_case_ids;
ALTER INDEX ix_audit_reads_first_person_ids RENAME TO ix_audit_reads_person_ids;
DROP INDEX ix_audit_writes_first_subject;

DROP FUNCTION homeward_make_months, homeward_months_missing, homeward_make_partition, homeward_months;
