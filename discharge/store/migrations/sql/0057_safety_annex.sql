-- The restricted annex of a case. Two things are asked of each row: that the organisation of the transaction takes part
-- in the case today, and that the user of the transaction is on the annex's list. Whoever recorded something reads that.
CREATE TABLE safety_events (
    id UUID NOT NULL,
    position BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    in_hospital BOOLEAN NOT NULL,
    case_time TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    CONSTRAINT pk_safety_events PRIMARY KEY (id),
    CONSTRAINT fk_safety_events_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_safety_events_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_safety_events_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_safety_events_case_id ON safety_events (case_id, position);

CREATE TABLE safety_notes (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    event_id UUID NOT NULL,
    item TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_safety_notes PRIMARY KEY (id),
    CONSTRAINT fk_safety_notes_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_safety_notes_event_id_safety_events FOREIGN KEY(event_id) REFERENCES safety_events (id)
);
CREATE INDEX ix_safety_notes_case_id ON safety_notes (case_id);
CREATE INDEX ix_safety_notes_event_id ON safety_notes (event_id);

CREATE TABLE safety_named (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    named_by UUID NOT NULL,
    named_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by UUID,
    ended_reason TEXT,
    CONSTRAINT pk_safety_named PRIMARY KEY (id),
    CONSTRAINT fk_safety_named_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_safety_named_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_safety_named_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_safety_named_named_by_users FOREIGN KEY(named_by) REFERENCES users (id),
    CONSTRAINT fk_safety_named_ended_by_users FOREIGN KEY(ended_by) REFERENCES users (id)
);
CREATE UNIQUE INDEX uq_safety_named_in_force ON safety_named (case_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX ix_safety_named_user_id ON safety_named (user_id) WHERE ended_at IS NULL;

CREATE TABLE safety_clocks (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    clock TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    met_at TIMESTAMP WITH TIME ZONE,
    late_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_safety_clocks PRIMARY KEY (id),
    CONSTRAINT fk_safety_clocks_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE UNIQUE INDEX uq_safety_clocks_clock ON safety_clocks (case_id, clock);
CREATE INDEX ix_safety_clocks_running ON safety_clocks (due_at) WHERE met_at IS NULL AND late_at IS NULL;

CREATE TABLE safety_looks (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    what TEXT NOT NULL,
    CONSTRAINT pk_safety_looks PRIMARY KEY (id),
    CONSTRAINT fk_safety_looks_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_safety_looks_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_safety_looks_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_safety_looks_case_id ON safety_looks (case_id, at);

CREATE TABLE safety_advisers (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    appointed_by UUID NOT NULL,
    appointed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by UUID,
    CONSTRAINT pk_safety_advisers PRIMARY KEY (id),
    CONSTRAINT fk_safety_advisers_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_safety_advisers_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_safety_advisers_appointed_by_users FOREIGN KEY(appointed_by) REFERENCES users (id),
    CONSTRAINT fk_safety_advisers_ended_by_users FOREIGN KEY(ended_by) REFERENCES users (id)
);
CREATE UNIQUE INDEX uq_safety_advisers_in_force ON safety_advisers (organisation_id, user_id) WHERE ended_at IS NULL;

CREATE TABLE safety_confirmations (
    case_id UUID NOT NULL,
    until_on DATE,
    CONSTRAINT pk_safety_confirmations PRIMARY KEY (case_id),
    CONSTRAINT fk_safety_confirmations_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

-- The cases whose annex the user of the transaction reads: named, for the organisation that the transaction acts for,
-- which takes part today.
CREATE FUNCTION homeward_my_annexes() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT named.case_id FROM safety_named AS named
    WHERE named.user_id = (SELECT homeward_user()) AND named.organisation_id = (SELECT homeward_organisation())
      AND named.scope = 'all' AND named.ended_at IS NULL
      AND EXISTS (SELECT FROM case_participants AS own
                  WHERE own.case_id = named.case_id AND own.organisation_id = named.organisation_id
                    AND own.from_on <= (SELECT homeward_today())
                    AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))
$$;

-- Whether the organisation of the transaction cares for the person of a case: not a landlord, not a supplier.
CREATE FUNCTION homeward_cares(p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM case_participants AS own
                   WHERE own.case_id = p_case AND own.organisation_id = homeward_organisation()
                     AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
                     AND own.from_on <= homeward_today()
                     AND (own.until_on IS NULL OR own.until_on > homeward_today()))
$$;

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['safety_events', 'safety_notes', 'safety_named', 'safety_clocks', 'safety_looks',
                               'safety_advisers', 'safety_confirmations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tab);
        EXECUTE format('REVOKE ALL ON %I FROM homeward_api, homeward_worker', tab);
    END LOOP;
END
$$;

-- Whoever recorded something reads it while they are on the list, from the day on which they were named.
CREATE POLICY api_reads ON safety_events FOR SELECT TO homeward_api USING (
    case_id IN (SELECT homeward_my_annexes())
    OR (user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation())
        AND EXISTS (SELECT FROM safety_named AS named
                    WHERE named.case_id = safety_events.case_id AND named.user_id = safety_events.user_id
                      AND named.ended_at IS NULL AND named.named_at <= safety_events.recorded_at)));
CREATE POLICY api_inserts ON safety_events FOR INSERT TO homeward_api WITH CHECK (
    user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation())
    AND homeward_cares(case_id)
    AND (kind = 'questions-answered' OR case_id IN (SELECT homeward_my_annexes())));

CREATE POLICY api_reads ON safety_notes FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM safety_events WHERE safety_events.id = safety_notes.event_id));
CREATE POLICY api_inserts ON safety_notes FOR INSERT TO homeward_api WITH CHECK (
    EXISTS (SELECT FROM safety_events
            WHERE safety_events.id = safety_notes.event_id AND safety_events.case_id = safety_notes.case_id
              AND safety_events.user_id = (SELECT homeward_user())
              AND safety_events.organisation_id = (SELECT homeward_organisation())));

CREATE POLICY api_reads ON safety_named FOR SELECT TO homeward_api USING (
    case_id IN (SELECT homeward_my_annexes())
    OR (user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation())
        AND ended_at IS NULL));
CREATE POLICY api_inserts ON safety_named FOR INSERT TO homeward_api WITH CHECK (
    case_id IN (SELECT homeward_my_annexes()) AND named_by = (SELECT homeward_user()) AND ended_at IS NULL
    AND EXISTS (SELECT FROM users JOIN case_participants AS theirs ON theirs.organisation_id = users.organisation_id
                WHERE users.id = safety_named.user_id AND users.organisation_id = safety_named.organisation_id
                  AND users.disabled_at IS NULL AND theirs.case_id = safety_named.case_id
                  AND theirs.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
                  AND theirs.from_on <= (SELECT homeward_today())
                  AND (theirs.until_on IS NULL OR theirs.until_on > (SELECT homeward_today()))));
CREATE POLICY api_updates ON safety_named FOR UPDATE TO homeward_api
    USING (case_id IN (SELECT homeward_my_annexes()) AND ended_at IS NULL)
    WITH CHECK (ended_by = (SELECT homeward_user()) AND ended_at IS NOT NULL);

CREATE POLICY api_reads ON safety_clocks FOR SELECT TO homeward_api
    USING (case_id IN (SELECT homeward_my_annexes()));
CREATE POLICY api_inserts ON safety_clocks FOR INSERT TO homeward_api
    WITH CHECK (case_id IN (SELECT homeward_my_annexes()));
CREATE POLICY api_updates ON safety_clocks FOR UPDATE TO homeward_api
    USING (case_id IN (SELECT homeward_my_annexes()));

CREATE POLICY api_reads ON safety_looks FOR SELECT TO homeward_api USING (case_id IN (SELECT homeward_my_annexes()));
CREATE POLICY api_inserts ON safety_looks FOR INSERT TO homeward_api WITH CHECK (
    user_id = (SELECT homeward_user()) AND organisation_id = (SELECT homeward_organisation())
    AND homeward_cares(case_id));

CREATE POLICY api_reads ON safety_advisers FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY api_inserts ON safety_advisers FOR INSERT TO homeward_api WITH CHECK (
    organisation_id = (SELECT homeward_organisation()) AND appointed_by = (SELECT homeward_user())
    AND EXISTS (SELECT FROM users WHERE users.id = safety_advisers.user_id AND users.disabled_at IS NULL
                  AND users.organisation_id = safety_advisers.organisation_id)
    AND EXISTS (SELECT FROM users WHERE users.id = (SELECT homeward_user()) AND users.role = 'admin'));
CREATE POLICY api_updates ON safety_advisers FOR UPDATE TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()) AND ended_at IS NULL)
    WITH CHECK (ended_by = (SELECT homeward_user()) AND ended_at IS NOT NULL);

CREATE POLICY api_reads ON safety_confirmations FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM case_participants AS own
                   WHERE own.case_id = safety_confirmations.case_id
                     AND own.organisation_id = (SELECT homeward_organisation())
                     AND own.from_on <= (SELECT homeward_today())
                     AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))));
CREATE POLICY api_inserts ON safety_confirmations FOR INSERT TO homeward_api
    WITH CHECK (case_id IN (SELECT homeward_my_annexes()));
CREATE POLICY api_updates ON safety_confirmations FOR UPDATE TO homeward_api
    USING (case_id IN (SELECT homeward_my_annexes()));
CREATE POLICY api_deletes ON safety_confirmations FOR DELETE TO homeward_api
    USING (case_id IN (SELECT homeward_my_annexes()));

GRANT SELECT, INSERT ON safety_events, safety_notes, safety_named, safety_clocks, safety_looks, safety_advisers
    TO homeward_api;
GRANT UPDATE (ended_at, ended_by, ended_reason) ON safety_named TO homeward_api;
GRANT UPDATE (due_at, met_at, late_at) ON safety_clocks TO homeward_api;
GRANT UPDATE (ended_at, ended_by) ON safety_advisers TO homeward_api;
GRANT SELECT, INSERT, DELETE, UPDATE (until_on) ON safety_confirmations TO homeward_api;

-- The sweep sees that a clock is late; of which case, and what it is about, it cannot read.
CREATE POLICY worker_sweeps ON safety_clocks TO homeward_worker USING (true) WITH CHECK (true);
GRANT SELECT (id, due_at, met_at, late_at), UPDATE (late_at) ON safety_clocks TO homeward_worker;
-- The gate asks whether safety is confirmed.
CREATE POLICY worker_reads ON safety_confirmations FOR SELECT TO homeward_worker USING (true);
GRANT SELECT ON safety_confirmations TO homeward_worker;

-- Whoever recorded answers may not see what else is on the annex. So this does the rest, alike whether there was an
-- annex before or not, and returns nothing: the case is no longer confirmed until a named person says so again; the
-- advisers of the organisation are named, else those of the trust and the housing lead; whoever recorded it is, too, for
-- what they recorded; and the clocks of the answers run, the earlier end counting.
CREATE FUNCTION homeward_safety_answered(p_event uuid, p_clocks jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own safety_events;
BEGIN
    SELECT * INTO own FROM safety_events
    WHERE id = p_event AND user_id = homeward_user() AND organisation_id = homeward_organisation();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('homeward.safety:' || own.case_id, 0));
    DELETE FROM safety_confirmations WHERE case_id = own.case_id;

    WITH choices AS (
        SELECT advisers.user_id, advisers.organisation_id,
               advisers.organisation_id = own.organisation_id AS ours
        FROM safety_advisers AS advisers
        JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
            AND users.organisation_id = advisers.organisation_id
        JOIN case_participants AS part ON part.organisation_id = advisers.organisation_id
            AND part.case_id = own.case_id AND part.from_on <= homeward_today()
            AND (part.until_on IS NULL OR part.until_on > homeward_today())
            AND (part.organisation_id = own.organisation_id
                 OR part.relation IN ('responsible-trust', 'housing-lead'))
        WHERE advisers.ended_at IS NULL
    )
    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT gen_random_uuid(), own.case_id, choices.organisation_id, choices.user_id, 'all', 'adviser', own.user_id
    FROM choices
    WHERE (choices.ours OR NOT EXISTS (SELECT FROM choices AS nearer WHERE nearer.ours))
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = own.case_id AND before.user_id = choices.user_id
                        AND (before.ended_at IS NOT NULL OR before.scope = 'all'))
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all';

    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    VALUES (gen_random_uuid(), own.case_id, own.organisation_id, own.user_id, 'own', 'recorded', own.user_id)
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO NOTHING;

    INSERT INTO safety_clocks (id, case_id, clock, due_at)
    SELECT gen_random_uuid(), own.case_id, key, value::timestamptz FROM jsonb_each_text(p_clocks)
    ON CONFLICT (case_id, clock) DO UPDATE SET
        due_at = CASE WHEN safety_clocks.met_at IS NULL THEN least(safety_clocks.due_at, excluded.due_at)
                      ELSE excluded.due_at END,
        late_at = CASE WHEN safety_clocks.met_at IS NULL THEN safety_clocks.late_at END,
        met_at = NULL;
END
$$;

-- An annex that nobody reads (any more) is for those whom the organisations that recorded something name now; of one
-- organisation, or of all. Nobody who was taken off it is put back. It returns nothing.
CREATE FUNCTION homeward_safety_unread(p_organisation uuid DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)
    SELECT gen_random_uuid(), recorded.case_id, advisers.organisation_id, advisers.user_id, 'all', 'adviser',
           advisers.appointed_by
    FROM (SELECT DISTINCT case_id, organisation_id FROM safety_events
          WHERE p_organisation IS NULL OR organisation_id = p_organisation) AS recorded
    JOIN safety_advisers AS advisers ON advisers.organisation_id = recorded.organisation_id
        AND advisers.ended_at IS NULL
    JOIN users ON users.id = advisers.user_id AND users.disabled_at IS NULL
        AND users.organisation_id = advisers.organisation_id
    WHERE NOT EXISTS (SELECT FROM safety_named AS named JOIN users ON users.id = named.user_id
                      WHERE named.case_id = recorded.case_id AND named.scope = 'all' AND named.ended_at IS NULL
                        AND users.disabled_at IS NULL AND users.organisation_id = named.organisation_id)
      AND NOT EXISTS (SELECT FROM safety_named AS before
                      WHERE before.case_id = recorded.case_id AND before.user_id = advisers.user_id
                        AND before.ended_at IS NOT NULL)
    ON CONFLICT (case_id, user_id) WHERE ended_at IS NULL DO UPDATE SET scope = 'all'
$$;

CREATE FUNCTION homeward_safety_appointed() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT homeward_safety_unread(homeward_organisation()) WHERE homeward_organisation() IS NOT NULL
$$;

REVOKE ALL ON FUNCTION homeward_my_annexes, homeward_cares, homeward_safety_answered, homeward_safety_unread,
    homeward_safety_appointed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_my_annexes, homeward_cares, homeward_safety_answered, homeward_safety_appointed
    TO homeward_api;
GRANT EXECUTE ON FUNCTION homeward_safety_unread TO homeward_worker;
