-- Whom to call by messages: what else somebody is to the person (NK1-7), and since when messages say so.
ALTER TABLE person_contacts ADD COLUMN contact_role TEXT, ADD COLUMN said_on DATE;
