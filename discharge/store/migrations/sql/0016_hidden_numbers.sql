-- What hides a person takes effect before the message that says it is acknowledged, whatever waits before it. The
-- statement that stores the message also writes down the numbers of the people whom it hides, and everything that reads
-- a person asks for those numbers. Nothing is lifted from here: rows go once their message has had its effect, or when
-- a later message of the same organisation lifts the hiding.
CREATE TABLE hidden_numbers (
    organisation_id UUID NOT NULL,
    kind TEXT NOT NULL,
    authority TEXT DEFAULT '' NOT NULL,
    value TEXT NOT NULL,
    inbox_id UUID NOT NULL,
    stated_at TIMESTAMP WITH TIME ZONE,
    hidden_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_hidden_numbers PRIMARY KEY (value, kind, authority, organisation_id, inbox_id),
    CONSTRAINT fk_hidden_numbers_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_hidden_numbers_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id),
    CONSTRAINT ck_hidden_numbers_kind CHECK (kind IN ('nhs', 'local'))
);
CREATE INDEX ix_hidden_numbers_inbox_id ON hidden_numbers (inbox_id);

-- A door never reads the numbers: it asks whether a person is hidden.
ALTER TABLE hidden_numbers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON hidden_numbers TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON hidden_numbers TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON hidden_numbers TO homeward_worker;

-- Write down the numbers that a message of the transaction's own organisation hides: [{"kind", "authority", "value", "stated_at"}],
-- kind nhs or local; the authority of a local number is the one under which the person's number is kept. stated_at, in
-- case time, is when the sender said it, where it says so: what was said before that does not lift it.
CREATE FUNCTION homeward_hide_numbers(p_inbox uuid, p_numbers json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO hidden_numbers (organisation_id, kind, authority, value, inbox_id, stated_at)
    SELECT inbox.organisation_id, said.kind, coalesce(said.authority, ''), said.value, inbox.id, said.stated_at
    FROM inbox,
        json_to_recordset(p_numbers) AS said (kind text, authority text, value text, stated_at timestamptz)
    WHERE inbox.id = p_inbox AND inbox.organisation_id = homeward_organisation()
    ORDER BY said.kind, said.authority, said.value
    ON CONFLICT DO NOTHING
$$;

-- Whether any number is hidden at all: asked once a query, so that nobody is asked about while there is none.
CREATE FUNCTION homeward_any_number_hidden() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM hidden_numbers)
$$;

-- Whether a number of this person, or of anybody who turned out to be the same, is hidden by a message.
CREATE FUNCTION homeward_hidden_by_number(p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH same AS MATERIALIZED (
        SELECT id FROM homeward_one_person(coalesce(homeward_surviving_person(p_person), p_person)) AS id
    )
    SELECT EXISTS (
        SELECT FROM same JOIN person_identifiers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'local' AND hidden.value = held.value
            AND hidden.authority = held.authority AND hidden.organisation_id = held.organisation_id)
    OR EXISTS (
        SELECT FROM same JOIN persons ON persons.id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = persons.nhs_number)
    OR EXISTS (
        SELECT FROM same JOIN person_nhs_numbers AS held ON held.person_id = same.id
        JOIN hidden_numbers AS hidden ON hidden.kind = 'nhs' AND hidden.value = held.nhs_number)
$$;

-- Whether the whereabouts of a person are hidden, by what feeds said or by a message that waits: what a wall asks.
CREATE FUNCTION homeward_hidden(p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT location_hidden OR sensitivity <> 'ordinary' FROM persons WHERE id = p_person), true)
        OR (EXISTS (SELECT FROM hidden_numbers) AND homeward_hidden_by_number(p_person))
$$;

REVOKE ALL ON FUNCTION homeward_hide_numbers, homeward_any_number_hidden, homeward_hidden_by_number, homeward_hidden
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_hide_numbers, homeward_any_number_hidden, homeward_hidden_by_number, homeward_hidden
    TO homeward_api, homeward_worker;

ALTER POLICY api_reads ON person_addresses USING (
    sensitivity = 'ordinary' AND NOT homeward_hidden(person_id)
    AND EXISTS (SELECT FROM persons WHERE persons.id = person_addresses.person_id));
ALTER POLICY api_reads ON person_contacts USING (
    sensitivity = 'ordinary' AND NOT homeward_hidden(person_id)
    AND EXISTS (SELECT FROM persons WHERE persons.id = person_contacts.person_id));
ALTER POLICY api_reads ON documents USING (
    NOT homeward_hidden(person_id)
    AND EXISTS (SELECT FROM persons WHERE persons.id = documents.person_id)
    AND (organisation_id = (SELECT homeward_organisation())
         OR (sensitivity = 'ordinary' AND EXISTS (
             SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
             WHERE cases.person_id = documents.person_id AND own.organisation_id = (SELECT homeward_organisation())
             AND own.role IN ('referrer', 'housing-health') AND own.from_on <= (SELECT homeward_today())
             AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))));

-- As before, and what messages of the group hide, told in p_hides: [{"message_id", "sha256", "numbers"}]. The same
-- bytes again hide nobody once they have had their effect.
DROP FUNCTION homeward_receive;

CREATE FUNCTION homeward_receive(p_organisation uuid, p_feed uuid, p_heard_every interval, p_came json, p_raw bytea,
    p_hides json DEFAULT NULL)
RETURNS TABLE (message_id text, id uuid, repeated boolean, same_id_other_bytes boolean)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('homeward.organisation_id', p_organisation::text, true);

    -- One at a time for one message id, so that two connections cannot both be the first; always in the same order,
    -- so that two groups cannot wait for each other.
    PERFORM pg_advisory_xact_lock(key)
    FROM (SELECT hashtextextended(concat('homeward.inbox:', p_feed, ':', came ->> 'message_id'), 0) AS key
          FROM json_array_elements(p_came) AS came ORDER BY key) AS ordered;

    -- A statement of its own: it must see what whoever held the locks before has committed.
    RETURN QUERY
    INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw, content_type, charset, message_type,
        trigger, version, event_time, person_key, acknowledgement, state, code, reason, same_id_other_bytes)
    SELECT gen_random_uuid(), p_feed, p_organisation, came.message_id, came.sha256,
        substr(p_raw, came.begins, came.raw), came.content_type, came.charset,
        came.message_type, came.trigger, came.version, came.event_time, came.person_key, came.acknowledgement,
        came.state, came.code, came.reason,
        coalesce((SELECT true FROM inbox AS known
                  WHERE known.feed_id = p_feed AND known.message_id = came.message_id
                  ORDER BY known.sha256 LIMIT 1), false)
    FROM json_to_recordset(p_came) AS came (begins integer, message_id text, sha256 text, raw integer,
        content_type text, charset text, message_type text, trigger text, version text, event_time timestamptz,
        person_key text, acknowledgement text, state text, code text, reason text)
    ORDER BY came.begins
    ON CONFLICT (feed_id, message_id, sha256)
        DO UPDATE SET times_received = inbox.times_received + 1, last_received_at = now()
    RETURNING inbox.message_id, inbox.id, inbox.times_received > 1, inbox.same_id_other_bytes;

    IF p_hides IS NOT NULL THEN
        PERFORM homeward_hide_numbers(inbox.id, hides.numbers)
        FROM json_to_recordset(p_hides) AS hides (message_id text, sha256 text, numbers json)
        JOIN inbox ON inbox.feed_id = p_feed AND inbox.message_id = hides.message_id AND inbox.sha256 = hides.sha256
        WHERE inbox.times_received = 1 OR inbox.state IN ('stored', 'parked');
    END IF;

    UPDATE feeds
    SET last_heard_at = now(),
        last_case_time = coalesce(
            (SELECT max((came ->> 'event_time')::timestamptz) FROM json_array_elements(p_came) AS came),
            last_case_time)
    WHERE id = p_feed AND (last_heard_at IS NULL OR last_heard_at < now() - p_heard_every);
END
$$;

REVOKE ALL ON FUNCTION homeward_receive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_receive TO homeward_api, homeward_worker;
