DROP INDEX ix_cases_next_look;
ALTER TABLE cases DROP COLUMN next_look_at;
