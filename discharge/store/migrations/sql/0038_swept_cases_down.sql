DROP INDEX ix_cases_differing;
DROP INDEX ix_cases_swept;
ALTER TABLE cases DROP COLUMN differs, DROP COLUMN swept_at;
