DELETE FROM person_contacts WHERE organisation_id IS NOT NULL;
ALTER TABLE person_contacts DROP COLUMN organisation_id;
DELETE FROM facts WHERE kind = 'contacts-referred';
DROP TABLE referral_contacts;
