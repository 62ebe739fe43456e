DROP FUNCTION homeward_stop_replay;
UPDATE replays SET state = 'done' WHERE state = 'stopped';
DROP INDEX ix_replays_open;
ALTER TABLE replays DROP CONSTRAINT ck_replays_stopped, DROP CONSTRAINT ck_replays_state;
ALTER TABLE replays ADD CONSTRAINT ck_replays_state CHECK (state IN ('waiting', 'working', 'done'));
ALTER TABLE replays DROP COLUMN stopped_by, DROP COLUMN stopped_reason;
CREATE INDEX ix_replays_open ON replays (asked_at) WHERE state <> 'done';
DROP INDEX ix_inbox_with_care, ix_inbox_again, ix_inbox_other_bytes, ix_inbox_ward;
ALTER TABLE inbox DROP COLUMN ward;
