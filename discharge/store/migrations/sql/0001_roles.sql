-- The owner migrates and owns; api and worker are what processes sign in as. An installation may have made the two
-- roles with a password before; those made here cannot sign in until it gives them one.
DO $$
DECLARE
    role_name text;
BEGIN
    IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
        RAISE EXCEPTION 'migrate as a role that is no superuser and has no BYPASSRLS: its functions cross the walls';
    END IF;
    FOREACH role_name IN ARRAY ARRAY['homeward_api', 'homeward_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', role_name);
        END IF;
        IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = role_name) THEN
            RAISE EXCEPTION 'role % may bypass row-level security; take that from it first', role_name;
        END IF;
    END LOOP;
END
$$;
