-- Who is who over time: NHS numbers with their dates, merges that can be undone, pairs that may be one person.

CREATE TABLE person_nhs_numbers (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    nhs_number TEXT NOT NULL,
    status TEXT,
    from_at TIMESTAMP WITH TIME ZONE,
    until_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_person_nhs_numbers PRIMARY KEY (id),
    CONSTRAINT uq_person_nhs_numbers_person_id_nhs_number UNIQUE (person_id, nhs_number),
    CONSTRAINT fk_person_nhs_numbers_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id)
);

CREATE INDEX ix_person_nhs_numbers_nhs_number ON person_nhs_numbers (nhs_number);

CREATE TABLE person_merges (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    survivor_id UUID NOT NULL,
    retired_id UUID NOT NULL,
    cause TEXT NOT NULL,
    cause_id UUID NOT NULL,
    moved JSONB NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    undone_cause TEXT,
    undone_cause_id UUID,
    CONSTRAINT pk_person_merges PRIMARY KEY (id),
    CONSTRAINT fk_person_merges_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_person_merges_survivor_id_persons FOREIGN KEY(survivor_id) REFERENCES persons (id),
    CONSTRAINT fk_person_merges_retired_id_persons FOREIGN KEY(retired_id) REFERENCES persons (id)
);

CREATE INDEX ix_person_merges_organisation ON person_merges (organisation_id, recorded_at);
CREATE INDEX ix_person_merges_retired_id ON person_merges (retired_id);
CREATE INDEX ix_person_merges_survivor_id ON person_merges (survivor_id);

CREATE TABLE moved_records (
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    home_id UUID NOT NULL,
    merge_id UUID NOT NULL,
    CONSTRAINT pk_moved_records PRIMARY KEY (kind, record_id),
    CONSTRAINT fk_moved_records_home_id_persons FOREIGN KEY(home_id) REFERENCES persons (id),
    CONSTRAINT fk_moved_records_merge_id_person_merges FOREIGN KEY(merge_id) REFERENCES person_merges (id)
);

CREATE INDEX ix_moved_records_home_id ON moved_records (home_id);

CREATE TABLE duplicate_pairs (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    left_id UUID NOT NULL,
    right_id UUID NOT NULL,
    rules TEXT[] NOT NULL,
    evidence JSONB NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    source_inbox_id UUID,
    offered_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_evidence JSONB,
    CONSTRAINT pk_duplicate_pairs PRIMARY KEY (id),
    CONSTRAINT uq_duplicate_pairs_organisation_id_left_id_right_id UNIQUE (organisation_id, left_id, right_id),
    CONSTRAINT fk_duplicate_pairs_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_duplicate_pairs_left_id_persons FOREIGN KEY(left_id) REFERENCES persons (id),
    CONSTRAINT fk_duplicate_pairs_right_id_persons FOREIGN KEY(right_id) REFERENCES persons (id)
);

CREATE INDEX ix_duplicate_pairs_left_id ON duplicate_pairs (left_id);
CREATE INDEX ix_duplicate_pairs_right_id ON duplicate_pairs (right_id);
CREATE INDEX ix_duplicate_pairs_state ON duplicate_pairs (organisation_id, state);

CREATE TABLE identity_decisions (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID,
    role TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    pair_id UUID,
    merge_id UUID,
    reason TEXT NOT NULL,
    state TEXT DEFAULT 'taken' NOT NULL,
    code TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_identity_decisions PRIMARY KEY (id),
    CONSTRAINT uq_identity_decisions_client_id_client_key UNIQUE (client_id, client_key),
    CONSTRAINT fk_identity_decisions_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_identity_decisions_pair_id_duplicate_pairs FOREIGN KEY(pair_id) REFERENCES duplicate_pairs (id),
    CONSTRAINT fk_identity_decisions_merge_id_person_merges FOREIGN KEY(merge_id) REFERENCES person_merges (id)
);

CREATE INDEX ix_identity_decisions_merge_id ON identity_decisions (merge_id);
CREATE INDEX ix_identity_decisions_pair_id ON identity_decisions (pair_id);
CREATE INDEX ix_identity_decisions_taken ON identity_decisions (created_at) WHERE state = 'taken';

ALTER TABLE persons ADD COLUMN identity_unknown BOOLEAN DEFAULT 'false' NOT NULL;
ALTER TABLE person_identifiers ADD COLUMN recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
CREATE INDEX ix_persons_birth_date ON persons (birth_date);

-- what was known before there was a history; a merge so far was told by its message alone
INSERT INTO person_nhs_numbers (id, person_id, nhs_number, status)
SELECT gen_random_uuid(), id, nhs_number, nhs_number_status FROM persons WHERE nhs_number IS NOT NULL;

GRANT SELECT ON person_nhs_numbers, person_merges, moved_records, duplicate_pairs, identity_decisions
    TO homeward_api, homeward_worker;
GRANT INSERT, UPDATE, DELETE ON person_nhs_numbers, moved_records TO homeward_worker;
GRANT INSERT, UPDATE ON person_merges, duplicate_pairs TO homeward_worker;
GRANT INSERT, UPDATE ON identity_decisions TO homeward_worker;
GRANT INSERT ON identity_decisions TO homeward_api;

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['person_nhs_numbers', 'person_merges', 'moved_records', 'duplicate_pairs',
                               'identity_decisions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tab);
    END LOOP;
END
$$;

CREATE POLICY api_reads ON person_nhs_numbers FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM persons WHERE persons.id = person_nhs_numbers.person_id));
CREATE POLICY api_reads ON person_merges FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_reads ON moved_records FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM person_merges WHERE person_merges.id = moved_records.merge_id));
-- a pair is the trust's whose message showed it, and of whoever takes part in a case of either record
CREATE POLICY api_reads ON duplicate_pairs FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation())
           OR (EXISTS (SELECT FROM cases WHERE cases.person_id = duplicate_pairs.left_id)
               AND EXISTS (SELECT FROM cases WHERE cases.person_id = duplicate_pairs.right_id)));
CREATE POLICY api_reads ON identity_decisions FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation())
           OR pair_id IN (SELECT id FROM duplicate_pairs) OR merge_id IN (SELECT id FROM person_merges));
CREATE POLICY api_inserts ON identity_decisions FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation())
                AND user_id IS NOT DISTINCT FROM (SELECT homeward_user())
                AND (pair_id IN (SELECT id FROM duplicate_pairs) OR merge_id IN (SELECT id FROM person_merges)));
-- beside the people of own cases and beds: those of a pair or a test that an own number names, and of an own merge
CREATE POLICY api_reads_identities ON persons FOR SELECT TO homeward_api
    USING (((test_person OR EXISTS (SELECT FROM duplicate_pairs WHERE persons.id IN (left_id, right_id)))
            AND EXISTS (SELECT FROM person_identifiers AS own WHERE own.person_id = persons.id
                        AND own.organisation_id = (SELECT homeward_organisation())))
           OR EXISTS (SELECT FROM person_merges WHERE persons.id IN (survivor_id, retired_id)));

-- The person that a referral names: by an NHS number they have or had, else by the asker's own local number, else a new one.
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
        SELECT homeward_surviving_person(person_id) FROM person_nhs_numbers WHERE nhs_number = p_nhs_number
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
                   AND (test_person OR birth_date <> p_birth_date
                        OR (nhs_number <> p_nhs_number AND NOT EXISTS (
                            SELECT FROM person_nhs_numbers AS had
                            WHERE had.person_id = person AND had.nhs_number = p_nhs_number)))) THEN
            RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
        END IF;
        RETURN person;
    END IF;

    INSERT INTO persons (id, nhs_number, family_name, given_name, birth_date, sex)
    VALUES (gen_random_uuid(), p_nhs_number, p_family_name, p_given_name, p_birth_date, p_sex)
    RETURNING id INTO person;
    IF p_nhs_number IS NOT NULL THEN
        INSERT INTO person_nhs_numbers (id, person_id, nhs_number)
        VALUES (gen_random_uuid(), person, p_nhs_number);
    END IF;
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
