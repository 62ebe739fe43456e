-- The few questions that a door must ask across the walls. Each answers with an id and nothing else.
-- Errors carry a code of the table of errors as their message, and SQLSTATE HW409.

-- One writer at a time for one identity, whichever door or feed it comes through.
CREATE FUNCTION homeward_lock_identity(p_key text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('homeward.identity:' || p_key, 0))
$$;

-- The person at the end of a chain of merges.
CREATE FUNCTION homeward_surviving_person(p_person uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE chain (id, merged_into) AS (
        SELECT id, merged_into FROM persons WHERE id = p_person
        UNION
        SELECT persons.id, persons.merged_into FROM persons JOIN chain ON persons.id = chain.merged_into
    )
    SELECT id FROM chain WHERE merged_into IS NULL LIMIT 1
$$;

-- Everybody who turned out to be this person, and the person.
CREATE FUNCTION homeward_one_person(p_person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE same (id) AS (
        SELECT p_person
        UNION
        SELECT persons.id FROM persons JOIN same ON persons.merged_into = same.id
    )
    SELECT id FROM same
$$;

-- The person that a referral names: by NHS number, else by the asker's own local number, else a new one.
-- The caller has checked the number's check digit. What is already held is never overwritten from here.
CREATE FUNCTION homeward_resolve_person(
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

-- The case that a referral for this person joins: the open one, else one that is about to open, else the one that
-- already covers the same stay. Held under a lock until the asker commits, so that two doors agree.
CREATE FUNCTION homeward_open_case(p_person uuid, p_spell uuid DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM homeward_lock_identity('case:' || p_person);
    RETURN coalesce(
        (SELECT id FROM cases WHERE person_id IN (SELECT homeward_one_person(p_person)) AND closed_on IS NULL
         ORDER BY referred_on LIMIT 1),
        (SELECT case_id FROM commands
         WHERE state = 'taken' AND kind = 'refer' AND envelope #>> '{command,person_id}' = p_person::text
         ORDER BY created_at LIMIT 1),
        (SELECT cases.id FROM cases JOIN case_spells ON case_spells.case_id = cases.id
         WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND case_spells.spell_id = p_spell
         ORDER BY cases.referred_on DESC LIMIT 1));
END
$$;

-- Who looked at a case, for those who take part in it; a list read shows as itself, never what else was on the list.
CREATE FUNCTION homeward_who_looked(p_case uuid)
RETURNS TABLE (at timestamptz, organisation_id uuid, user_id uuid, role text, purpose text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT audit_reads.at, audit_reads.organisation_id, audit_reads.user_id, audit_reads.role, audit_reads.purpose,
           audit_reads.what
    FROM audit_reads
    WHERE p_case IN (SELECT homeward_my_cases())
      AND (audit_reads.case_ids @> ARRAY[p_case]
           OR audit_reads.person_ids && ARRAY(SELECT person_id FROM cases WHERE id = p_case))
    ORDER BY audit_reads.at DESC
$$;

-- The feed of the asker's organisation for what it posts by FHIR; there is one from the first message on.
CREATE FUNCTION homeward_fhir_feed() RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO feeds (id, code, organisation_id, protocol, profile)
    SELECT gen_random_uuid(), 'fhir-' || lower(code), id, 'fhir', 'uk-core-r4'
    FROM organisations WHERE id = homeward_organisation()
    ON CONFLICT (code) DO NOTHING;
    SELECT feeds.id FROM feeds
    WHERE feeds.protocol = 'fhir' AND feeds.organisation_id = homeward_organisation()
    ORDER BY feeds.code LIMIT 1
$$;

-- The feed for what no feed claims, with the organisation that runs the service; there is one from the first call
-- on. No feed is named before an organisation is.
CREATE FUNCTION homeward_unassigned_feed() RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO feeds (id, code, organisation_id, protocol)
    SELECT gen_random_uuid(), 'unassigned', id, 'hl7v2'
    FROM organisations ORDER BY kind <> 'operator', code LIMIT 1
    ON CONFLICT (code) DO NOTHING;
    SELECT feeds.id FROM feeds WHERE feeds.code = 'unassigned'
$$;

REVOKE ALL ON FUNCTION homeward_my_cases, homeward_surviving_person, homeward_one_person,
    homeward_resolve_person, homeward_open_case,
    homeward_who_looked, homeward_lock_identity, homeward_fhir_feed, homeward_unassigned_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_my_cases, homeward_resolve_person, homeward_open_case, homeward_who_looked,
    homeward_fhir_feed, homeward_unassigned_feed TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_surviving_person, homeward_lock_identity TO homeward_worker;
