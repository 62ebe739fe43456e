REVOKE UPDATE (case_id, came_from) ON contact_entries FROM homeward_worker;
UPDATE contact_entries SET case_id = came_from[1] WHERE came_from <> '{}';
ALTER TABLE contact_entries DROP COLUMN came_from;
