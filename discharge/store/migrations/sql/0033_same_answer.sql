-- Whoever has one patient must not learn by a second number whose it is: an NHS number that is not their own
-- patient's makes a referral a request, whether somebody else holds it or nobody does.
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
    mine uuid[];
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
    SELECT array_agg(one) INTO mine FROM unnest(meant) AS one WHERE homeward_has_part(asker, one);
    IF mine IS NULL THEN
        IF NOT lead OR cardinality(meant) > 1 THEN
            RETURN;
        END IF;
    ELSIF cardinality(mine) > 1 THEN
        RAISE EXCEPTION 'patient-mismatch' USING ERRCODE = 'HW409';
    ELSIF p_nhs_number IS NOT NULL
        AND mine[1] NOT IN (SELECT homeward_people_meant(NULL, p_nhs_number, NULL, NULL))
        OR EXISTS (SELECT FROM homeward_people_meant(asker, NULL, p_authority, p_local_number) AS local (id)
                   WHERE local.id <> mine[1]) THEN
        RETURN;
    END IF;
    SELECT * INTO held FROM persons WHERE id = coalesce(mine[1], meant[1]);
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

-- As before; but who only does its own work in a case, a landlord or a supplier, refers by a request: it is not shown
-- what a referral would tell it of number and birth date.
CREATE OR REPLACE FUNCTION homeward_has_part(p_organisation uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_has_stay(p_organisation, p_person) OR EXISTS (
        SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND own.organisation_id = p_organisation
          AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
          AND (cases.closed_on IS NULL OR own.role IN ('referrer', 'housing-health') AND NOT EXISTS (
              SELECT FROM cases AS later
              WHERE later.closed_on IS NULL AND later.person_id IN (SELECT homeward_one_person(p_person)))))
$$;

-- As before; and whom the sender chose among those whom it may see.
CREATE OR REPLACE FUNCTION homeward_meant_by_request(p_request uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_people_meant(sender_id, nhs_number, said #>> '{person,identifiers,0,authority}',
                                 said #>> '{person,identifiers,0,value}')
    FROM referral_requests WHERE id = p_request
    UNION
    SELECT homeward_surviving_person(persons.id) FROM referral_requests
    JOIN persons ON persons.id = (referral_requests.said #>> '{person,person_id}')::uuid
    WHERE referral_requests.id = p_request
$$;

-- The numbers as they were sent: where a message named somebody by our id, their numbers stay with us.
CREATE OR REPLACE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, coalesce(array_agg(DISTINCT hidden.value ORDER BY hidden.value) FILTER (
               WHERE position(hidden.value IN replace(encode(inbox.raw, 'escape'), ' ', '')) > 0), '{}'),
           min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation()
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;

-- Who may take a request on or answer it, as things stand now: the housing service, that of an open case, and each
-- trust with a stay.
CREATE FUNCTION homeward_able_reviewers(p_request uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH meant AS (
        SELECT homeward_one_person(id) AS id FROM homeward_meant_by_request(p_request) AS found (id)
    ), able AS (
        SELECT service_id AS id FROM referral_requests WHERE id = p_request AND service_id IS NOT NULL
        UNION
        SELECT organisation_id FROM spells
        WHERE person_id IN (SELECT meant.id FROM meant) AND status IN ('admitted', 'on-leave')
        UNION
        SELECT own.organisation_id FROM cases JOIN case_participants AS own ON own.case_id = cases.id
        WHERE cases.person_id IN (SELECT meant.id FROM meant) AND cases.closed_on IS NULL
          AND own.role = 'housing-health'
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
    ), sender AS (
        SELECT sender_id AS id FROM referral_requests WHERE id = p_request
    )
    SELECT able.id FROM able
    WHERE able.id NOT IN (SELECT sender.id FROM sender)
       OR NOT EXISTS (SELECT FROM able AS other WHERE other.id NOT IN (SELECT sender.id FROM sender))
$$;

CREATE FUNCTION homeward_i_review(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_organisation() IN (SELECT homeward_able_reviewers(p_request))
$$;

-- As before; and whoever is no longer able, a trust after the stay for instance, reviews no longer.
CREATE OR REPLACE FUNCTION homeward_route_request(p_request uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH able AS MATERIALIZED (
        SELECT homeward_able_reviewers(p_request) AS id
    ), gone AS (
        DELETE FROM referral_reviewers
        WHERE request_id = p_request AND organisation_id NOT IN (SELECT able.id FROM able)
    )
    INSERT INTO referral_reviewers (request_id, organisation_id) SELECT p_request, able.id FROM able
    ON CONFLICT DO NOTHING
$$;

REVOKE ALL ON FUNCTION homeward_able_reviewers, homeward_i_review FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_i_review TO homeward_api;
ALTER POLICY api_reads ON referral_reviewers
    USING (organisation_id = (SELECT homeward_organisation()) AND homeward_i_review(request_id));

-- As before; and whom a feed's referral hides that is a request,
-- because the feed's organisation has no part for anybody.
CREATE OR REPLACE FUNCTION homeward_label_hidings()
RETURNS TABLE (inbox_id uuid, sender_id uuid, person_id uuid, hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH said AS MATERIALIZED (
        SELECT hidden.* FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
        JOIN feeds ON feeds.id = inbox.feed_id AND (feeds.protocol = 'fhir' OR EXISTS (
            SELECT FROM referral_requests WHERE referral_requests.inbox_id = inbox.id))
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
CREATE INDEX ix_referral_requests_inbox_id ON referral_requests (inbox_id);
