-- Whom to call follows a case that ends as merged: the cases from which an entry came, the first one first.
ALTER TABLE contact_entries ADD COLUMN came_from UUID[] DEFAULT '{}' NOT NULL;
GRANT UPDATE (case_id, came_from) ON contact_entries TO homeward_worker;
