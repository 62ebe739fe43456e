DROP TABLE counted_stays, counted_lettings;
DROP INDEX ix_cases_uncounted;
ALTER TABLE cases DROP COLUMN counted_version;
