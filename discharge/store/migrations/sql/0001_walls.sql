-- Who sees which row. The tenant is set for one transaction: set_config('homeward.organisation_id', ..., true).
-- No tenant, no rows.

CREATE FUNCTION homeward_organisation() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT nullif(current_setting('homeward.organisation_id', true), '')::uuid
$$;

CREATE FUNCTION homeward_user() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT nullif(current_setting('homeward.user_id', true), '')::uuid
$$;

-- The London calendar date of case time; without a fixed clock, case time is the wall clock.
CREATE FUNCTION homeward_today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (coalesce((SELECT case_origin + (now() - origin) * factor FROM case_clock), now())
            AT TIME ZONE 'Europe/London')::date
$$;

-- A set-returning function of the owner: it is evaluated once a query and reads past the walls it builds. The
-- scalar subqueries keep PostgreSQL from asking for organisation and day again for every row.
CREATE FUNCTION homeward_my_cases() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT case_id FROM case_participants
    WHERE organisation_id = (SELECT homeward_organisation())
      AND from_on <= (SELECT homeward_today())
      AND (until_on IS NULL OR until_on > (SELECT homeward_today()))
$$;

-- One row a rule: table, what the api role may read, and what it may insert (NULL: nothing).
CREATE TEMPORARY TABLE walls (tab text, readable text, insertable text) ON COMMIT DROP;
INSERT INTO walls VALUES
    -- what belongs to a case
    ('cases', 'id IN (SELECT homeward_my_cases())', NULL),
    ('case_events', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('case_participants', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('case_owners', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('case_spells', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('ready_periods', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('delay_reasons', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('strands', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('alerts', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('follow_ups', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('property_lets', 'case_id IN (SELECT homeward_my_cases())', NULL),
    ('outbox', 'case_id IN (SELECT homeward_my_cases())', NULL),
    -- commands are their asker's; an answer may concern a case that the asker has left, or has yet to open
    ('commands', 'organisation_id = homeward_organisation()',
        'organisation_id = homeward_organisation() '
        'AND (kind = ''refer'' OR case_id IN (SELECT homeward_my_cases()))'),
    ('case_commands', 'EXISTS (SELECT FROM commands WHERE commands.id = command_id)', NULL),
    ('notes',
        '(case_id IN (SELECT homeward_my_cases()) AND sensitivity = ''ordinary'') '
        'OR organisation_id = homeward_organisation()',
        'organisation_id = homeward_organisation() AND (case_id IN (SELECT homeward_my_cases()) '
        'OR EXISTS (SELECT FROM commands WHERE commands.id = command_id AND commands.case_id = notes.case_id))'),
    -- people: through an own case, or a stay in an own bed
    ('persons',
        'id IN (SELECT person_id FROM cases) OR EXISTS (SELECT FROM spells '
        'WHERE spells.person_id = persons.id AND spells.organisation_id = homeward_organisation())', NULL),
    ('person_identifiers',
        'organisation_id = homeward_organisation() OR person_id IN (SELECT person_id FROM cases)', NULL),
    ('person_addresses',
        'sensitivity = ''ordinary'' AND EXISTS (SELECT FROM persons '
        'WHERE persons.id = person_id AND NOT persons.location_hidden AND persons.sensitivity = ''ordinary'')', NULL),
    ('person_contacts',
        'sensitivity = ''ordinary'' AND EXISTS (SELECT FROM persons '
        'WHERE persons.id = person_id AND persons.sensitivity = ''ordinary'')', NULL),
    ('spells',
        'organisation_id = homeward_organisation() OR id IN (SELECT spell_id FROM case_spells)', NULL),
    -- messages belong to the organisation of their feed
    ('inbox', 'organisation_id = homeward_organisation()', 'organisation_id = homeward_organisation()'),
    ('facts', 'EXISTS (SELECT FROM inbox WHERE inbox.id = inbox_id)', NULL),
    -- who looked and who changed
    ('audit_reads', 'organisation_id = homeward_organisation()', 'organisation_id = homeward_organisation()'),
    ('audit_writes', 'organisation_id = homeward_organisation()',
        'organisation_id IS NOT DISTINCT FROM homeward_organisation()'),
    -- names of staff, addresses of partners and of empty homes: for whoever is signed in
    ('users', 'homeward_organisation() IS NOT NULL', 'organisation_id = homeward_organisation()'),
    ('teams', 'homeward_organisation() IS NOT NULL', NULL),
    ('partners', 'homeward_organisation() IS NOT NULL', NULL),
    ('properties', 'homeward_organisation() IS NOT NULL', NULL);

DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN SELECT * FROM walls LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.tab);
        EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api USING (%s)', wall.tab, wall.readable);
        IF wall.insertable IS NOT NULL THEN
            EXECUTE format('CREATE POLICY api_inserts ON %I FOR INSERT TO homeward_api WITH CHECK (%s)',
                wall.tab, wall.insertable);
        END IF;
        EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', wall.tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', wall.tab);
    END LOOP;
END
$$;

-- What the api role may change, row by row; which columns is a matter of grants.
CREATE POLICY api_updates ON commands FOR UPDATE TO homeward_api USING (organisation_id = homeward_organisation());
CREATE POLICY api_updates ON inbox FOR UPDATE TO homeward_api USING (organisation_id = homeward_organisation());
CREATE POLICY api_updates ON users FOR UPDATE TO homeward_api
    USING (homeward_organisation() IS NOT NULL) WITH CHECK (organisation_id = homeward_organisation());
CREATE POLICY api_frees_dead_letters ON outbox FOR UPDATE TO homeward_api
    USING (state = 'dead' AND case_id IN (SELECT homeward_my_cases()))
    WITH CHECK (state IN ('pending', 'skipped') AND released_by = homeward_user());
