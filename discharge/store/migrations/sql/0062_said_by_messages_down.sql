ALTER TABLE person_contacts DROP COLUMN contact_role, DROP COLUMN said_on;
DELETE FROM person_contacts WHERE kind IN ('gp', 'consultant');
