DROP FUNCTION homeward_safety_unnamed, homeward_safety_has_reader;
-- Whoever was named by a file counts as having named themselves, as the older shape needs somebody.
UPDATE safety_advisers SET appointed_by = user_id WHERE appointed_by IS NULL;
ALTER TABLE safety_advisers ALTER COLUMN appointed_by SET NOT NULL;
