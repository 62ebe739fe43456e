DROP INDEX ix_referral_requests_inbox_id;
CREATE OR REPLACE FUNCTION homeward_label_hidings()
RETURNS TABLE (inbox_id uuid, sender_id uuid, person_id uuid, hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT hidden.* FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
        JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    ), meant AS (
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, persons.id
        FROM said JOIN persons ON said.kind = 'nhs' AND persons.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, held.person_id
        FROM said JOIN person_nhs_numbers AS held ON said.kind = 'nhs' AND held.nhs_number = said.value
        UNION ALL
        SELECT said.inbox_id, said.organisation_id, said.hidden_at, held.person_id
        FROM said JOIN person_identifiers AS held ON said.kind = 'local' AND held.value = said.value
            AND held.authority = said.authority AND held.organisation_id = said.organisation_id
    )
    SELECT meant.inbox_id, meant.organisation_id, coalesce(homeward_surviving_person(meant.id), meant.id),
           min(meant.hidden_at)
    FROM meant GROUP BY 1, 2, 3
$$;
ALTER POLICY api_reads ON referral_reviewers USING (organisation_id = (SELECT homeward_organisation()));
CREATE OR REPLACE FUNCTION homeward_route_request(p_request uuid) RETURNS void
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
DROP FUNCTION homeward_i_review;
DROP FUNCTION homeward_able_reviewers;
CREATE OR REPLACE FUNCTION homeward_referral_standing(
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
CREATE OR REPLACE FUNCTION homeward_has_part(p_organisation uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_has_stay(p_organisation, p_person) OR EXISTS (
        SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND own.organisation_id = p_organisation
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
          AND (cases.closed_on IS NULL OR own.role IN ('referrer', 'housing-health') AND NOT EXISTS (
              SELECT FROM cases AS later
              WHERE later.closed_on IS NULL AND later.person_id IN (SELECT homeward_one_person(p_person)))))
$$;
CREATE OR REPLACE FUNCTION homeward_meant_by_request(p_request uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_people_meant(sender_id, nhs_number, said #>> '{person,identifiers,0,authority}',
                                 said #>> '{person,identifiers,0,value}')
    FROM referral_requests WHERE id = p_request
$$;
CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, array_agg(DISTINCT hidden.value ORDER BY hidden.value), min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation()
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;
