DROP POLICY api_reads_identities ON persons;
DROP TABLE identity_decisions, duplicate_pairs, moved_records, person_merges, person_nhs_numbers;
ALTER TABLE persons DROP COLUMN identity_unknown;
ALTER TABLE person_identifiers DROP COLUMN recorded_at;
DROP INDEX ix_persons_birth_date;

-- The person that a referral names: by NHS number, else by the asker's own local number, else a new one.
-- The caller has checked the number's check digit. What is already held is never overwritten from here.
CREATE OR REPLACE FUNCTION homeward_resolve_person(
    p_nhs_number text, p_family_name text, p_given_name text, p_birth_date date, p_sex text DEFAULT NULL,
    p_authority text DEFAULT NULL, p_local_number text DEFAULT NULL,
    p_address text DEFAULT NULL, p_postcode text DEFAULT NULL, p_phone text DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker uuid := homeward_organisation();
    issuer text := coalesce(p_authority, '');
    found_ids uuid[];
    person uuid;
BEGIN
    IF asker IS NULL THEN
        RAISE EXCEPTION 'not-signed-in' USING ERRCODE = 'HW409';
    END IF;
    -- the drain locks in the same order: an organisation's own numbers first
    IF p_local_number IS NOT NULL THEN
        PERFORM homeward_lock_identity(format('local:%s:%s:%s', asker, issuer, p_local_number));
    END IF;
    IF p_nhs_number IS NOT NULL THEN
        PERFORM homeward_lock_identity('nhs:' || p_nhs_number);
    END IF;
    SELECT array_agg(id) INTO found_ids FROM (
        SELECT id FROM persons WHERE nhs_number = p_nhs_number AND merged_into IS NULL AND NOT test_person
        UNION
        SELECT homeward_surviving_person(person_id) FROM person_identifiers
        WHERE organisation_id = asker AND authority = issuer AND value = p_local_number
    ) AS meant;
    IF cardinality(found_ids) > 1 THEN
        RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
    END IF;
    IF found_ids IS NOT NULL THEN
        person := found_ids[1];
        IF EXISTS (SELECT FROM persons WHERE id = person
                   AND (birth_date <> p_birth_date OR nhs_number <> p_nhs_number)) THEN
            RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
        END IF;
        RETURN person;
    END IF;

    INSERT INTO persons (id, nhs_number, family_name, given_name, birth_date, sex)
    VALUES (gen_random_uuid(), p_nhs_number, p_family_name, p_given_name, p_birth_date, p_sex)
    RETURNING id INTO person;
    IF p_local_number IS NOT NULL THEN
        INSERT INTO person_identifiers (id, person_id, organisation_id, authority, value)
        VALUES (gen_random_uuid(), person, asker, issuer, p_local_number);
    END IF;
    IF p_address IS NOT NULL THEN
        INSERT INTO person_addresses (id, person_id, lines, postcode)
        VALUES (gen_random_uuid(), person, p_address, p_postcode);
    END IF;
    IF p_phone IS NOT NULL THEN
        INSERT INTO person_contacts (id, person_id, kind, value) VALUES (gen_random_uuid(), person, 'phone', p_phone);
    END IF;
    RETURN person;
END
$$;
