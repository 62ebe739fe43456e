ALTER TABLE heartbeats DROP COLUMN due_at;
DROP INDEX ix_strands_next_look;
ALTER TABLE strands DROP COLUMN next_look_at;
