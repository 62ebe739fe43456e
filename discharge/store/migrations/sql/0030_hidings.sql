-- Whoever labels somebody as restricted by FHIR hides them at once. The trust that knows the person then keeps the hiding
-- or lifts it, the sender may take it back, and a stranger may ask for so many a day. What a hospital's own feed says
-- (ZU8-4, PV1-16) is not touched from here.
CREATE TABLE hiding_answers (
    id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    person_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_hiding_answers PRIMARY KEY (id),
    CONSTRAINT fk_hiding_answers_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id),
    CONSTRAINT fk_hiding_answers_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_hiding_answers_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_hiding_answers_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_hiding_answers_answer CHECK (answer IN ('kept', 'lifted'))
);
CREATE INDEX ix_hiding_answers_inbox_id ON hiding_answers (inbox_id, person_id);
CREATE INDEX ix_hiding_answers_person_id ON hiding_answers (person_id);

-- What was answered last about a hiding, for anybody who turned out to be the same person.
CREATE FUNCTION homeward_hiding_lifted(p_inbox uuid, p_same uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT answer = 'lifted' FROM hiding_answers
                     WHERE inbox_id = p_inbox AND person_id = ANY (p_same)
                     ORDER BY answered_at DESC, id LIMIT 1), false)
$$;

-- As before, but for what was lifted.
CREATE OR REPLACE FUNCTION homeward_hidden_by_number(p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH same AS MATERIALIZED (
        SELECT id FROM homeward_one_person(coalesce(homeward_surviving_person(p_person), p_person)) AS id
    ), hiding (inbox_id) AS (
        SELECT hidden.inbox_id FROM same JOIN person_identifiers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'local' AND hidden.value = held.value
            AND hidden.authority = held.authority AND hidden.organisation_id = held.organisation_id
        UNION ALL
        SELECT hidden.inbox_id FROM same JOIN persons ON persons.id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = persons.nhs_number
        UNION ALL
        SELECT hidden.inbox_id FROM same JOIN person_nhs_numbers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = held.nhs_number
    )
    SELECT EXISTS (SELECT FROM hiding
                   WHERE NOT homeward_hiding_lifted(inbox_id, ARRAY(SELECT same.id FROM same)))
$$;

CREATE OR REPLACE FUNCTION homeward_request_hidden(p_request uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((request.said #>> '{person,location_hidden}')::boolean, false)
        OR EXISTS (SELECT FROM hidden_numbers AS hidden WHERE hidden.kind = 'nhs'
                   AND hidden.value = request.nhs_number AND NOT homeward_hiding_lifted(
                       hidden.inbox_id, ARRAY(SELECT homeward_meant_by_request(request.id))))
        OR EXISTS (SELECT FROM homeward_meant_by_request(request.id) AS meant (id) WHERE homeward_hidden(meant.id))
    FROM referral_requests AS request WHERE request.id = p_request
$$;

-- Whom labels hide: each message with each person who holds a number in it.
CREATE FUNCTION homeward_label_hidings()
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

-- Who hears that somebody was hidden, and who of them answers: the trust that is responsible in the open case (without one,
-- in those before), else the trusts in whose beds the person lies, else those that ever told of the person. The housing
-- lead of the case hears of it, too.
CREATE FUNCTION homeward_who_hears_of_hiding(p_person uuid) RETURNS TABLE (organisation_id uuid, answers boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH same AS MATERIALIZED (
        SELECT id FROM homeward_one_person(p_person) AS id
    ), held AS (
        SELECT cases.id, cases.closed_on IS NULL AS open FROM cases WHERE cases.person_id IN (SELECT id FROM same)
    ), parts AS (
        SELECT own.organisation_id, own.relation FROM held JOIN case_participants AS own ON own.case_id = held.id
        WHERE (held.open OR NOT EXISTS (SELECT FROM held AS other WHERE other.open))
          AND own.from_on <= homeward_today() AND (own.until_on IS NULL OR own.until_on > homeward_today())
    ), responsible AS (
        SELECT parts.organisation_id FROM parts WHERE relation = 'responsible-trust'
    ), lies AS (
        SELECT spells.organisation_id FROM spells
        WHERE person_id IN (SELECT id FROM same) AND status IN ('admitted', 'on-leave')
    ), known AS (
        SELECT spells.organisation_id FROM spells WHERE person_id IN (SELECT id FROM same)
        UNION
        SELECT numbers.organisation_id FROM person_identifiers AS numbers
        JOIN organisations ON organisations.id = numbers.organisation_id AND organisations.kind = 'trust'
        WHERE numbers.person_id IN (SELECT id FROM same)
    ), answering AS (
        SELECT responsible.organisation_id FROM responsible
        UNION
        SELECT lies.organisation_id FROM lies WHERE NOT EXISTS (SELECT FROM responsible)
        UNION
        SELECT known.organisation_id FROM known
        WHERE NOT EXISTS (SELECT FROM responsible) AND NOT EXISTS (SELECT FROM lies)
    )
    SELECT answering.organisation_id, true FROM answering
    UNION ALL
    SELECT DISTINCT parts.organisation_id, false FROM parts
    WHERE relation = 'housing-lead' AND parts.organisation_id NOT IN (SELECT answering.organisation_id FROM answering)
$$;

-- The hidings that another organisation asked for and the asker's organisation hears of, with the last answer.
CREATE FUNCTION homeward_hidings()
RETURNS TABLE (inbox_id uuid, person_id uuid, sender_id uuid, hidden_at timestamptz, may_answer boolean, answer text,
               reason text, answered_at timestamptz, answered_by uuid, answered_for uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hiding.inbox_id, hiding.person_id, hiding.sender_id, hiding.hidden_at, heard.answers,
           last.answer, last.reason, last.answered_at, last.user_id, last.organisation_id
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    LEFT JOIN LATERAL (
        SELECT hiding_answers.* FROM hiding_answers
        WHERE hiding_answers.inbox_id = hiding.inbox_id
          AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id))
        ORDER BY hiding_answers.answered_at DESC, hiding_answers.id LIMIT 1
    ) AS last ON true
    WHERE heard.organisation_id = homeward_organisation() AND hiding.sender_id <> homeward_organisation()
    ORDER BY hiding.hidden_at DESC, hiding.inbox_id
$$;

CREATE FUNCTION homeward_may_answer_hiding(p_inbox uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM homeward_hidings() AS hiding
                   WHERE hiding.inbox_id = p_inbox AND hiding.person_id = p_person AND hiding.may_answer)
$$;

-- For the alarm: how many people are hidden because another organisation asked, with no answer yet, for each who hears; a
-- door is told of its own organisation only.
CREATE FUNCTION homeward_hidings_unanswered() RETURNS TABLE (organisation_id uuid, people bigint, senders text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT heard.organisation_id, count(DISTINCT hiding.person_id), string_agg(DISTINCT sender.name, ', ')
    FROM homeward_label_hidings() AS hiding
    CROSS JOIN LATERAL homeward_who_hears_of_hiding(hiding.person_id) AS heard
    JOIN organisations AS sender ON sender.id = hiding.sender_id
    WHERE hiding.sender_id <> heard.organisation_id AND NOT EXISTS (
        SELECT FROM hiding_answers WHERE hiding_answers.inbox_id = hiding.inbox_id
        AND hiding_answers.person_id IN (SELECT homeward_one_person(hiding.person_id)))
      AND (heard.organisation_id = homeward_organisation() OR pg_has_role(
          CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END,
          'homeward_worker', 'USAGE'))
    GROUP BY heard.organisation_id
$$;

-- What the asker's organisation hid by label: the numbers as it sent them, and nothing of what is held.
CREATE FUNCTION homeward_hidings_asked() RETURNS TABLE (inbox_id uuid, numbers text[], hidden_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hidden.inbox_id, array_agg(DISTINCT hidden.value ORDER BY hidden.value), min(hidden.hidden_at)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = homeward_organisation()
    GROUP BY hidden.inbox_id ORDER BY 3 DESC, 1
$$;

-- The sender takes back what it asked for; whatever else hides the person goes on hiding them.
CREATE FUNCTION homeward_withdraw_hiding(p_inbox uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM hidden_numbers USING inbox, feeds
        WHERE hidden_numbers.inbox_id = p_inbox AND hidden_numbers.organisation_id = homeward_organisation()
          AND inbox.id = hidden_numbers.inbox_id AND feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
        RETURNING 1
    )
    SELECT count(*)::integer FROM gone
$$;

-- Whose whereabouts an organisation hid by label in the last day without a stay of theirs or a part in a case of theirs: by
-- number, whether or not anybody holds it.
CREATE FUNCTION homeward_strangers_hidden(p_organisation uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT hidden.value)
    FROM hidden_numbers AS hidden JOIN inbox ON inbox.id = hidden.inbox_id
    JOIN feeds ON feeds.id = inbox.feed_id AND feeds.protocol = 'fhir'
    WHERE hidden.organisation_id = p_organisation AND hidden.kind = 'nhs' AND hidden.hidden_at > now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM homeward_people_meant(NULL, hidden.value, NULL, NULL) AS meant (id)
                      WHERE homeward_has_part(p_organisation, meant.id))
$$;

-- As before; but a stranger hides no more than 20 people a day by label: what goes beyond is refused as a whole.
CREATE OR REPLACE FUNCTION homeward_hide_numbers(p_inbox uuid, p_numbers json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker uuid := homeward_organisation();
    labelled boolean := EXISTS (SELECT FROM inbox JOIN feeds ON feeds.id = inbox.feed_id
                                WHERE inbox.id = p_inbox AND feeds.protocol = 'fhir');
BEGIN
    IF labelled THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('homeward.hidings:' || asker, 0));
    END IF;
    INSERT INTO hidden_numbers (organisation_id, kind, authority, value, inbox_id, stated_at)
    SELECT inbox.organisation_id, said.kind, coalesce(said.authority, ''), said.value, inbox.id, said.stated_at
    FROM inbox,
        json_to_recordset(p_numbers) AS said (kind text, authority text, value text, stated_at timestamptz)
    WHERE inbox.id = p_inbox AND inbox.organisation_id = asker
    ORDER BY said.kind, said.authority, said.value
    ON CONFLICT DO NOTHING;
    IF labelled AND homeward_strangers_hidden(asker) > 20 THEN
        RAISE EXCEPTION 'too-many-hidings' USING ERRCODE = 'HW409';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION homeward_hiding_lifted, homeward_label_hidings, homeward_who_hears_of_hiding, homeward_hidings,
    homeward_may_answer_hiding, homeward_hidings_unanswered, homeward_hidings_asked, homeward_withdraw_hiding,
    homeward_strangers_hidden FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hidings, homeward_may_answer_hiding, homeward_hidings_asked, homeward_withdraw_hiding
    TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_hidings_unanswered TO homeward_api, homeward_worker;

ALTER TABLE hiding_answers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON hiding_answers FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_inserts ON hiding_answers FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND user_id = (SELECT homeward_user())
                AND homeward_may_answer_hiding(inbox_id, person_id));
CREATE POLICY worker_works ON hiding_answers TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON hiding_answers TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON hiding_answers TO homeward_api;
GRANT SELECT, INSERT, UPDATE ON hiding_answers TO homeward_worker;
