-- A home is kept for one person at a time: offered, accepted (reserved), let. One row a hold, its end is data.
ALTER TABLE property_lets RENAME TO property_holds;
ALTER TABLE property_holds RENAME CONSTRAINT pk_property_lets TO pk_property_holds;
ALTER TABLE property_holds RENAME CONSTRAINT fk_property_lets_property_id_properties
    TO fk_property_holds_property_id_properties;
ALTER TABLE property_holds RENAME CONSTRAINT fk_property_lets_case_id_cases TO fk_property_holds_case_id_cases;
ALTER INDEX ix_property_lets_case_id RENAME TO ix_property_holds_case_id;
ALTER INDEX uq_property_lets_property RENAME TO uq_property_holds_property;
ALTER TABLE property_holds RENAME COLUMN let_on TO since_on;
ALTER TABLE property_holds ADD COLUMN state TEXT DEFAULT 'let' NOT NULL, ADD COLUMN held_until DATE,
    ADD COLUMN ended_because TEXT;
ALTER TABLE property_holds ALTER COLUMN state DROP DEFAULT;
ALTER TABLE property_holds ADD CONSTRAINT ck_property_holds_state CHECK (state IN ('offered', 'accepted', 'let'));

-- Offers that were open or accepted before holds existed. Where two people were offered one home, whoever accepted it,
-- else whoever was offered it first, has it; the other is told so when they answer.
INSERT INTO property_holds (id, property_id, case_id, strand, state, since_on, held_until)
SELECT DISTINCT ON (property_id) id, property_id, case_id, strand, state, since_on, held_until
FROM (SELECT (offer ->> 'offer_id')::uuid AS id, (offer ->> 'property_id')::uuid AS property_id, cases.id AS case_id,
             strand.key AS strand, coalesce(offer ->> 'answer', 'offered') AS state,
             coalesce(offer ->> 'answered_on', offer ->> 'offered_on')::date AS since_on,
             CASE WHEN offer ->> 'answer' IS NULL THEN (offer ->> 'respond_by')::date END AS held_until
      FROM cases, jsonb_each(cases.snapshot -> 'strands') AS strand,
           jsonb_array_elements(strand.value -> 'offers') AS offer
      WHERE strand.value ->> 'status' = 'open' AND strand.value ->> 'property_id' IS NULL
        AND coalesce(offer ->> 'answer', 'accepted') = 'accepted') AS offers
WHERE property_id NOT IN (SELECT property_id FROM property_holds WHERE ended_on IS NULL)
  AND property_id IN (SELECT id FROM properties)
ORDER BY property_id, state, since_on;

-- Which homes are held, without a word about whom for: whoever offers homes must know.
CREATE FUNCTION homeward_held_properties() RETURNS TABLE (property_id uuid, state text, held_until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT property_holds.property_id, property_holds.state, property_holds.held_until FROM property_holds
    WHERE property_holds.ended_on IS NULL AND homeward_organisation() IS NOT NULL
      AND (property_holds.held_until IS NULL OR property_holds.held_until >= homeward_today())
$$;

-- Homes are added and changed by their landlord and by the service that houses people.
ALTER TABLE properties ADD COLUMN withdrawn_on DATE, ADD COLUMN withdrawn_because TEXT,
    ADD COLUMN changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
ALTER TABLE properties ADD CONSTRAINT ck_properties_withdrawn
    CHECK ((withdrawn_on IS NULL) = (withdrawn_because IS NULL));

CREATE FUNCTION homeward_may_edit_homes_of(p_landlord uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p_landlord = homeward_organisation()
        OR EXISTS (SELECT FROM organisations WHERE id = homeward_organisation() AND kind = 'housing-health')
$$;

CREATE POLICY api_inserts ON properties FOR INSERT TO homeward_api
    WITH CHECK (homeward_may_edit_homes_of(landlord_id) AND withdrawn_on IS NULL);
CREATE POLICY api_updates ON properties FOR UPDATE TO homeward_api
    USING (homeward_may_edit_homes_of(landlord_id) AND withdrawn_on IS NULL)
    WITH CHECK (homeward_may_edit_homes_of(landlord_id));
GRANT INSERT (id, landlord_id, reference, address, postcode, ready_on, attributes, changed_at)
    ON properties TO homeward_api;
GRANT UPDATE (reference, address, postcode, ready_on, attributes, changed_at) ON properties TO homeward_api;

-- Take a home off the list. Whoever it was offered to, or had accepted it, loses it: their case is told.
CREATE FUNCTION homeward_withdraw_property(p_property uuid, p_because text, p_role text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    home properties;
    held property_holds;
    command uuid := gen_random_uuid();
BEGIN
    SELECT * INTO home FROM properties WHERE id = p_property FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF NOT homeward_may_edit_homes_of(home.landlord_id) THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    IF home.withdrawn_on IS NOT NULL THEN
        RAISE EXCEPTION 'already-done' USING ERRCODE = 'HW409';
    END IF;
    SELECT * INTO held FROM property_holds WHERE property_id = p_property AND ended_on IS NULL FOR UPDATE;
    IF held.state = 'let' THEN
        RAISE EXCEPTION 'property-already-let' USING ERRCODE = 'HW409';
    END IF;
    UPDATE properties SET withdrawn_on = homeward_today(), withdrawn_because = p_because, changed_at = now()
    WHERE id = p_property;
    IF held.id IS NULL THEN
        RETURN 'free';
    END IF;
    UPDATE property_holds SET ended_on = homeward_today(), ended_because = p_because WHERE id = held.id;
    INSERT INTO outbox (key, channel, kind, case_id, organisation_id, payload, cause_command_id)
    VALUES (command, 'case-signal', 'note-home-lost', held.case_id, homeward_organisation(), jsonb_build_object(
        'command_id', command, 'case_id', held.case_id, 'effective_on', homeward_today(),
        'actor', jsonb_build_object('organisation_id', homeward_organisation(), 'role', p_role,
                                    'user_id', homeward_user()),
        'command', jsonb_build_object('kind', 'note-home-lost', 'strand', held.strand, 'offer_id', held.id,
                                      'because', p_because)), command);
    RETURN held.state;
END
$$;
REVOKE ALL ON FUNCTION homeward_held_properties, homeward_may_edit_homes_of, homeward_withdraw_property FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_held_properties, homeward_may_edit_homes_of, homeward_withdraw_property
    TO homeward_api;

-- A let gives its person an address and ends the one before; both ends are kept, so that a let can be undone.
ALTER TABLE person_addresses ADD COLUMN let_id UUID, ADD COLUMN ended_by_let_id UUID;
CREATE UNIQUE INDEX uq_person_addresses_let ON person_addresses (let_id) WHERE let_id IS NOT NULL;
CREATE INDEX ix_person_addresses_ended_by_let ON person_addresses (ended_by_let_id) WHERE ended_by_let_id IS NOT NULL;

-- The address follows its case, from record to record of a merge and back.
CREATE FUNCTION homeward_let_follows_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    let person_addresses;
BEGIN
    FOR let IN SELECT person_addresses.* FROM person_addresses
               JOIN property_holds ON property_holds.id = person_addresses.let_id
               WHERE property_holds.case_id = NEW.id LOOP
        UPDATE person_addresses SET person_id = NEW.person_id WHERE id = let.id;
        UPDATE person_addresses SET until_on = NULL, ended_by_let_id = NULL
        WHERE person_id = OLD.person_id AND ended_by_let_id = let.let_id;
        UPDATE person_addresses SET until_on = let.from_on, ended_by_let_id = let.let_id
        WHERE person_id = NEW.person_id AND kind = 'home' AND until_on IS NULL AND let_id IS NULL;
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION homeward_let_follows_case FROM PUBLIC;
CREATE TRIGGER let_follows_case AFTER UPDATE OF person_id ON cases
    FOR EACH ROW WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id) EXECUTE FUNCTION homeward_let_follows_case();

-- People who moved before this was kept.
INSERT INTO person_addresses (id, person_id, kind, lines, postcode, uprn, sensitivity, from_on, let_id)
SELECT gen_random_uuid(), cases.person_id, 'home', replace(properties.address, ', ', E'\n'), properties.postcode,
       properties.attributes ->> 'uprn',
       CASE WHEN homeward_hidden(cases.person_id) THEN 'restricted' ELSE 'ordinary' END,
       property_holds.since_on, property_holds.id
FROM property_holds
JOIN properties ON properties.id = property_holds.property_id
JOIN cases ON cases.id = property_holds.case_id
WHERE property_holds.state = 'let' AND property_holds.ended_on IS NULL;
UPDATE person_addresses SET until_on = moved.from_on, ended_by_let_id = moved.let_id
FROM person_addresses AS moved
WHERE moved.let_id IS NOT NULL AND moved.person_id = person_addresses.person_id AND person_addresses.kind = 'home'
  AND person_addresses.let_id IS NULL AND person_addresses.until_on IS NULL;
