-- What happened, and who changed or looked, is only ever added to: not even the owner may alter it.
CREATE FUNCTION homeward_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'HW001';
END
$$;

DO $$
DECLARE
    history text;
BEGIN
    FOREACH history IN ARRAY ARRAY['case_events', 'case_commands', 'audit_reads', 'audit_writes'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION homeward_refuse_change()', history);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change()', history);
    END LOOP;
END
$$;
