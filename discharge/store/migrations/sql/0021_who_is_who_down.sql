DROP TRIGGER stamp ON audit_writes;
DROP TRIGGER stamp ON audit_reads;
DROP FUNCTION homeward_stamp_audit, homeward_disable_user, homeward_end_session, homeward_use_session,
    homeward_begin_session, homeward_note_user;
GRANT INSERT ON users TO homeward_api;
GRANT UPDATE (display_name, organisation_id, role, team_id, last_seen_at) ON users TO homeward_api;
CREATE POLICY api_inserts ON users FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_updates ON users FOR UPDATE TO homeward_api
    USING (homeward_organisation() IS NOT NULL) WITH CHECK (organisation_id = homeward_organisation());
ALTER TABLE users DROP COLUMN disabled_at;
DROP TABLE sessions;
