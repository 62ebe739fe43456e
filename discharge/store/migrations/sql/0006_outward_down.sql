DELETE FROM sent_messages;
DROP TABLE sent_messages;
DELETE FROM outbox WHERE partner_id IN (SELECT id FROM partners WHERE transport <> 'fhir');
DELETE FROM partners WHERE transport <> 'fhir';
ALTER TABLE partners
    DROP CONSTRAINT uq_partners_organisation_id_transport,
    DROP COLUMN transport,
    DROP COLUMN profile,
    DROP COLUMN header,
    ADD CONSTRAINT uq_partners_organisation_id UNIQUE (organisation_id);
