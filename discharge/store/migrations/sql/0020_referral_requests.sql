-- A referral by an organisation that has no stay, part or basis for the person is a request, a row of its own: its
-- sender reads what it sent and what became of it; who may take it on stands in a table that the sender cannot read.

CREATE TABLE referral_requests (
    id UUID NOT NULL,
    sender_id UUID NOT NULL,
    service_id UUID,
    user_id UUID,
    role TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    inbox_id UUID,
    external_id TEXT,
    nhs_number TEXT,
    said JSONB NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    answered_by UUID,
    answered_by_user UUID,
    answer_code TEXT,
    answer TEXT,
    command_id UUID,
    case_id UUID,
    CONSTRAINT pk_referral_requests PRIMARY KEY (id),
    CONSTRAINT uq_referral_requests_client_id_client_key UNIQUE (client_id, client_key),
    CONSTRAINT ck_referral_requests_state CHECK (state IN ('waiting', 'taken-on', 'declined', 'withdrawn')),
    CONSTRAINT fk_referral_requests_sender_id_organisations FOREIGN KEY(sender_id) REFERENCES organisations (id),
    CONSTRAINT fk_referral_requests_service_id_organisations FOREIGN KEY(service_id) REFERENCES organisations (id)
);
CREATE INDEX ix_referral_requests_sender_id ON referral_requests (sender_id, created_at);
CREATE INDEX ix_referral_requests_waiting ON referral_requests (due_at) WHERE state = 'waiting';
CREATE INDEX ix_referral_requests_command_id ON referral_requests (command_id);

CREATE TABLE referral_reviewers (
    request_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    CONSTRAINT pk_referral_reviewers PRIMARY KEY (request_id, organisation_id),
    CONSTRAINT fk_referral_reviewers_request_id_referral_requests
        FOREIGN KEY(request_id) REFERENCES referral_requests (id),
    CONSTRAINT fk_referral_reviewers_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX ix_referral_reviewers_organisation_id ON referral_reviewers (organisation_id);

-- What decides whether two names are the same: letters and digits without case and accents. Whatever else differs is
-- looked at by a person.
CREATE FUNCTION homeward_plain(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT lower(regexp_replace(normalize(p_text, NFKD), '[\u0300-\u036f[:space:][:punct:]]', '', 'g'))
$$;

-- Case time, as the stored clock tells it.
CREATE FUNCTION homeward_case_time() RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT case_origin + (now() - origin) * factor FROM case_clock), now())
$$;

-- Living entries of whoever has, or had, an NHS number, or an organisation's own number.
CREATE FUNCTION homeward_people_meant(p_organisation uuid, p_nhs_number text, p_authority text, p_local_number text)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM persons WHERE nhs_number = p_nhs_number AND merged_into IS NULL
    UNION
    SELECT homeward_surviving_person(person_id) FROM person_nhs_numbers WHERE nhs_number = p_nhs_number
    UNION
    SELECT homeward_surviving_person(person_id) FROM person_identifiers
    WHERE organisation_id = p_organisation AND authority = coalesce(p_authority, '') AND value = p_local_number
$$;

-- Whether an organisation has the person in one of its beds now, or expects them.
CREATE FUNCTION homeward_has_stay(p_organisation uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM spells
                   WHERE person_id IN (SELECT homeward_one_person(p_person)) AND organisation_id = p_organisation
                     AND status IN ('admitted', 'on-leave', 'expected'))
$$;

-- Whether an organisation may refer a person by itself: a stay, a part in the open case, or the part of a referrer or
-- of the housing service in an earlier one.
CREATE FUNCTION homeward_has_part(p_organisation uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_has_stay(p_organisation, p_person) OR EXISTS (
        SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND own.organisation_id = p_organisation
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
          AND (cases.closed_on IS NULL OR own.role IN ('referrer', 'housing-health')))
$$;

CREATE FUNCTION homeward_i_have_part(p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_has_part(homeward_organisation(), p_person)
$$;

-- What a referral by the asker is: 'known' with the person, whom the asker has a part for; 'new', somebody whom nobody
-- knows, at the door of the housing service; else 'request'. The last is the same answer whatever is held.
CREATE FUNCTION homeward_referral_standing(
    p_nhs_number text, p_family_name text, p_given_name text, p_birth_date date, p_authority text, p_local_number text,
    OUT standing text, OUT person uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker uuid := homeward_organisation();
    lead boolean := EXISTS (SELECT FROM organisations WHERE id = homeward_organisation()
                            AND kind IN ('housing-health', 'housing-health-service'));
    meant uuid[];
    held persons;
    number_fits boolean;
BEGIN
    IF asker IS NULL THEN
        RAISE EXCEPTION 'not-signed-in' USING ERRCODE = 'HW409';
    END IF;
    IF p_local_number IS NOT NULL THEN
        PERFORM homeward_lock_identity(format('local:%s:%s:%s', asker, coalesce(p_authority, ''), p_local_number));
    END IF;
    IF p_nhs_number IS NOT NULL THEN
        PERFORM homeward_lock_identity('nhs:' || p_nhs_number);
    END IF;
    SELECT array_agg(id) INTO meant
    FROM homeward_people_meant(asker, p_nhs_number, p_authority, p_local_number) AS found (id);
    standing := 'request';
    IF meant IS NULL THEN
        standing := CASE WHEN lead THEN 'new' ELSE 'request' END;
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM unnest(meant) AS one WHERE NOT homeward_has_part(asker, one)) THEN
        IF NOT lead OR cardinality(meant) > 1 THEN
            RETURN;
        END IF;
    ELSIF cardinality(meant) > 1 THEN
        RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
    END IF;
    SELECT * INTO held FROM persons WHERE id = meant[1];
    number_fits := p_nhs_number IS NULL OR held.nhs_number IS NULL OR held.nhs_number = p_nhs_number
        OR EXISTS (SELECT FROM person_nhs_numbers AS had
                   WHERE had.person_id = held.id AND had.nhs_number = p_nhs_number);
    IF homeward_has_part(asker, held.id) THEN
        IF held.test_person OR held.birth_date <> p_birth_date OR NOT number_fits
           OR (homeward_plain(held.family_name) <> homeward_plain(p_family_name)
               AND homeward_plain(held.given_name) <> homeward_plain(p_given_name)) THEN
            RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
        END IF;
        standing := 'known';
    ELSIF number_fits AND NOT held.test_person AND NOT homeward_hidden(held.id)
        AND held.birth_date = p_birth_date
        AND homeward_plain(held.family_name) = homeward_plain(p_family_name)
        AND NOT EXISTS (SELECT FROM cases WHERE closed_on IS NULL
                        AND person_id IN (SELECT homeward_one_person(held.id))) THEN
        standing := 'known';
    END IF;
    person := CASE WHEN standing = 'known' THEN held.id END;
END
$$;

-- Whom a request may mean, as things stand now.
CREATE FUNCTION homeward_meant_by_request(p_request uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_people_meant(sender_id, nhs_number, said #>> '{person,identifiers,0,authority}',
                                 said #>> '{person,identifiers,0,value}')
    FROM referral_requests WHERE id = p_request
$$;

-- Who may take a request on or answer it: the housing service, that of an open case, and each trust with a stay. Asked
-- again whenever something may have changed; the sender only where there is nobody else.
CREATE FUNCTION homeward_route_request(p_request uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH meant AS (
        SELECT homeward_one_person(id) AS id FROM homeward_meant_by_request(p_request) AS found (id)
    ), able AS (
        SELECT service_id AS organisation_id FROM referral_requests WHERE id = p_request AND service_id IS NOT NULL
        UNION
        SELECT organisation_id FROM spells
        WHERE person_id IN (SELECT id FROM meant) AND status IN ('admitted', 'on-leave')
        UNION
        SELECT own.organisation_id FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT id FROM meant) AND cases.closed_on IS NULL AND own.role = 'housing-health'
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
    ), sender AS (
        SELECT sender_id AS id FROM referral_requests WHERE id = p_request
    )
    INSERT INTO referral_reviewers (request_id, organisation_id)
    SELECT p_request, organisation_id FROM able
    WHERE organisation_id NOT IN (SELECT id FROM sender)
       OR NOT EXISTS (SELECT FROM able WHERE organisation_id NOT IN (SELECT id FROM sender))
    ON CONFLICT DO NOTHING
$$;

-- Whom a request may mean, for who may take it on: a trust sees those in its own beds, the housing service all; of its
-- own requests only those whose name or birth date fits, so that a number alone shows nobody. Where a hidden person is,
-- only their trust is told.
CREATE FUNCTION homeward_request_candidates(p_request uuid)
RETURNS TABLE (person_id uuid, family_name text, given_name text, birth_date date, sex text, nhs_number text,
               hospital_id uuid, has_open_case boolean, lies_elsewhere boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH asker AS (
        SELECT id, kind IN ('housing-health', 'housing-health-service') AS lead FROM organisations
        WHERE id = homeward_organisation()
          AND EXISTS (SELECT FROM referral_reviewers
                      WHERE request_id = p_request AND organisation_id = homeward_organisation())
    )
    SELECT persons.id, persons.family_name, persons.given_name, persons.birth_date, persons.sex, persons.nhs_number,
           (SELECT spells.organisation_id FROM spells
            WHERE spells.person_id IN (SELECT homeward_one_person(persons.id))
              AND spells.status IN ('admitted', 'on-leave')
              AND (spells.organisation_id = asker.id
                   OR NOT homeward_hidden(persons.id))
            ORDER BY spells.admitted_at DESC NULLS LAST LIMIT 1),
           EXISTS (SELECT FROM cases WHERE cases.person_id IN (SELECT homeward_one_person(persons.id))
                   AND cases.closed_on IS NULL),
           EXISTS (SELECT FROM spells WHERE spells.person_id IN (SELECT homeward_one_person(persons.id))
                   AND spells.status IN ('admitted', 'on-leave') AND spells.organisation_id <> request.sender_id)
    FROM asker, referral_requests AS request, homeward_meant_by_request(p_request) AS found (id)
    JOIN persons ON persons.id = found.id
    WHERE request.id = p_request AND NOT persons.test_person
      AND (asker.lead OR homeward_has_stay(asker.id, persons.id))
      AND (request.sender_id <> asker.id
           OR persons.birth_date = (request.said #>> '{person,birth_date}')::date
           OR homeward_plain(persons.family_name) = homeward_plain(request.said #>> '{person,family_name}'))
    ORDER BY persons.family_name, persons.id
$$;

-- The person whom whoever takes a request on says that it means; somebody new where they say so, unless the very
-- person has become known meanwhile. The sender's own number is kept as the sender's; an NHS number that somebody else
-- holds stays with them.
CREATE FUNCTION homeward_person_of_request(p_request uuid, p_person uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    request referral_requests;
    said jsonb;
    made uuid;
    number text;
BEGIN
    SELECT * INTO request FROM referral_requests WHERE id = p_request AND state = 'waiting' AND EXISTS (
        SELECT FROM referral_reviewers WHERE request_id = p_request AND organisation_id = homeward_organisation())
        FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'already-done' USING ERRCODE = 'HW409';
    END IF;
    IF request.nhs_number IS NOT NULL THEN
        PERFORM homeward_lock_identity('nhs:' || request.nhs_number);
    END IF;
    IF p_person IS NOT NULL THEN
        IF p_person NOT IN (SELECT person_id FROM homeward_request_candidates(p_request)) THEN
            RAISE EXCEPTION 'unknown-patient' USING ERRCODE = 'HW409';
        END IF;
        RETURN p_person;
    END IF;
    said := request.said -> 'person';
    IF EXISTS (SELECT FROM homeward_meant_by_request(p_request) AS found (id) JOIN persons ON persons.id = found.id
               WHERE NOT test_person AND birth_date = (said ->> 'birth_date')::date
                 AND homeward_plain(family_name) = homeward_plain(said ->> 'family_name')) THEN
        RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
    END IF;
    number := CASE WHEN NOT EXISTS (SELECT FROM homeward_people_meant(NULL, request.nhs_number, NULL, NULL))
                   THEN request.nhs_number END;
    INSERT INTO persons (id, nhs_number, family_name, given_name, birth_date, sex)
    VALUES (gen_random_uuid(), number, said ->> 'family_name', said ->> 'given_name', (said ->> 'birth_date')::date,
            said ->> 'sex')
    RETURNING id INTO made;
    IF number IS NOT NULL THEN
        INSERT INTO person_nhs_numbers (id, person_id, nhs_number) VALUES (gen_random_uuid(), made, number);
    END IF;
    INSERT INTO person_identifiers (id, person_id, organisation_id, authority, value)
    SELECT gen_random_uuid(), made, request.sender_id, one ->> 'authority', one ->> 'value'
    FROM jsonb_array_elements(said -> 'identifiers') AS one
    ON CONFLICT DO NOTHING;
    IF said #> '{address,lines}' <> '[]' THEN
        INSERT INTO person_addresses (id, person_id, lines, postcode, uprn)
        SELECT gen_random_uuid(), made, string_agg(line, E'\n'), said #>> '{address,postcode}', said #>> '{address,uprn}'
        FROM jsonb_array_elements_text(said #> '{address,lines}') AS line;
    END IF;
    RETURN made;
END
$$;

REVOKE ALL ON FUNCTION homeward_people_meant, homeward_has_stay, homeward_has_part, homeward_i_have_part,
    homeward_referral_standing, homeward_meant_by_request, homeward_route_request, homeward_request_candidates, homeward_person_of_request
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_i_have_part, homeward_referral_standing, homeward_route_request, homeward_request_candidates,
    homeward_person_of_request TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_has_part, homeward_has_stay, homeward_people_meant, homeward_meant_by_request,
    homeward_route_request TO homeward_worker;

ALTER TABLE referral_requests ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE referral_reviewers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON referral_requests TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON referral_requests TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_works ON referral_reviewers TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON referral_reviewers TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY api_reads ON referral_reviewers FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_reads ON referral_requests FOR SELECT TO homeward_api
    USING (sender_id = (SELECT homeward_organisation())
           OR EXISTS (SELECT FROM referral_reviewers WHERE request_id = referral_requests.id));
CREATE POLICY api_inserts ON referral_requests FOR INSERT TO homeward_api
    WITH CHECK (sender_id = (SELECT homeward_organisation()) AND state = 'waiting'
                AND user_id IS NOT DISTINCT FROM (SELECT homeward_user()));
CREATE POLICY api_answers ON referral_requests FOR UPDATE TO homeward_api
    USING (EXISTS (SELECT FROM referral_reviewers WHERE request_id = referral_requests.id))
    WITH CHECK (EXISTS (SELECT FROM referral_reviewers WHERE request_id = referral_requests.id)
                AND (state = 'waiting' OR answered_by = (SELECT homeward_organisation())));
CREATE POLICY api_withdraws ON referral_requests FOR UPDATE TO homeward_api
    USING (sender_id = (SELECT homeward_organisation()) AND state = 'waiting')
    WITH CHECK (sender_id = (SELECT homeward_organisation()) AND state = 'withdrawn');

GRANT SELECT ON referral_requests, referral_reviewers TO homeward_api, homeward_worker;
GRANT INSERT ON referral_requests TO homeward_api, homeward_worker;
GRANT UPDATE (state, answered_at, answered_by, answered_by_user, answer_code, answer, command_id, case_id)
    ON referral_requests TO homeward_api;
GRANT UPDATE (state, said, answered_at, answered_by, answered_by_user, answer_code, answer, command_id, case_id)
    ON referral_requests TO homeward_worker;
GRANT INSERT ON referral_reviewers TO homeward_worker;
