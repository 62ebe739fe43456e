DROP TRIGGER let_follows_case ON cases;
DROP FUNCTION homeward_let_follows_case;
DELETE FROM person_addresses WHERE let_id IS NOT NULL;
UPDATE person_addresses SET until_on = NULL WHERE ended_by_let_id IS NOT NULL;
DROP INDEX ix_person_addresses_ended_by_let, uq_person_addresses_let;
ALTER TABLE person_addresses DROP COLUMN ended_by_let_id, DROP COLUMN let_id;

DROP POLICY api_updates ON properties;
DROP POLICY api_inserts ON properties;
REVOKE INSERT (id, landlord_id, reference, address, postcode, ready_on, attributes, changed_at),
    UPDATE (reference, address, postcode, ready_on, attributes, changed_at) ON properties FROM homeward_api;
DROP FUNCTION homeward_withdraw_property, homeward_may_edit_homes_of, homeward_held_properties;
DELETE FROM properties WHERE withdrawn_on IS NOT NULL
    AND NOT EXISTS (SELECT FROM property_holds WHERE property_holds.property_id = properties.id);
ALTER TABLE properties DROP CONSTRAINT ck_properties_withdrawn;
ALTER TABLE properties DROP COLUMN withdrawn_on, DROP COLUMN withdrawn_because, DROP COLUMN changed_at;

DELETE FROM property_holds WHERE state <> 'let';
ALTER TABLE property_holds DROP CONSTRAINT ck_property_holds_state;
ALTER TABLE property_holds DROP COLUMN state, DROP COLUMN held_until, DROP COLUMN ended_because;
ALTER TABLE property_holds RENAME COLUMN since_on TO let_on;
ALTER INDEX uq_property_holds_property RENAME TO uq_property_lets_property;
ALTER INDEX ix_property_holds_case_id RENAME TO ix_property_lets_case_id;
ALTER TABLE property_holds RENAME CONSTRAINT fk_property_holds_case_id_cases TO fk_property_lets_case_id_cases;
ALTER TABLE property_holds RENAME CONSTRAINT fk_property_holds_property_id_properties
    TO fk_property_lets_property_id_properties;
ALTER TABLE property_holds RENAME CONSTRAINT pk_property_holds TO pk_property_lets;
ALTER TABLE property_holds RENAME TO property_lets;
