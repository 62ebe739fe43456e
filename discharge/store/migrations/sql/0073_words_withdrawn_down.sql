-- What was withdrawn stays without its words.
DROP FUNCTION homeward_withdraw_note;
DROP FUNCTION homeward_reads_note;
DROP FUNCTION homeward_readers_since;
ALTER TABLE notes DROP COLUMN withdrawn_at, DROP COLUMN withdrawn_by;
