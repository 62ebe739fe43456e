DROP TRIGGER withdraw_copies ON notes;
DROP FUNCTION homeward_withdraw_copies();
ALTER TABLE notes DROP COLUMN original_id;
