DROP FUNCTION homeward_try_partner, homeward_switch_partner;
ALTER TABLE partners DROP COLUMN pause_code;
ALTER TABLE outbox DROP COLUMN leaving_at, DROP COLUMN basis_ended_at;
