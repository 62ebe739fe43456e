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

-- A set-returning function of the owner: it is evaluated once a query and reads past the wall of the very table
-- that decides. The scalar subqueries keep PostgreSQL from asking for organisation and day again for every row.
CREATE FUNCTION homeward_my_cases() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT case_id FROM case_participants
    WHERE organisation_id = (SELECT homeward_organisation())
      AND from_on <= (SELECT homeward_today())
      AND (until_on IS NULL OR until_on > (SELECT homeward_today()))
$$;

-- One row a rule: table, what the api role may read, and what it may insert (NULL: nothing). "mine" stands for the
-- organisation of the transaction, "taking_part(...)" for: it takes part in that case today. The latter is an EXISTS,
-- so that PostgreSQL probes the index for one case and hashes once for a list.
CREATE TEMPORARY TABLE walls (tab text, readable text, insertable text) ON COMMIT DROP;
INSERT INTO walls VALUES
    -- what belongs to a case
    ('case_participants', 'organisation_id = mine OR case_id IN (SELECT homeward_my_cases())', NULL),
    ('cases', 'taking_part(cases.id)', NULL),
    ('case_events', 'taking_part(case_events.case_id)', NULL),
    ('case_owners', 'taking_part(case_owners.case_id)', NULL),
    ('case_spells', 'taking_part(case_spells.case_id)', NULL),
    ('ready_periods', 'taking_part(ready_periods.case_id)', NULL),
    ('delay_reasons', 'taking_part(delay_reasons.case_id)', NULL),
    ('strands', 'taking_part(strands.case_id)', NULL),
    ('alerts', 'taking_part(alerts.case_id)', NULL),
    ('follow_ups', 'taking_part(follow_ups.case_id)', NULL),
    ('property_lets', 'taking_part(property_lets.case_id)', NULL),
    ('outbox', 'taking_part(outbox.case_id)', NULL),
    -- commands are their asker's; an answer may concern a case that the asker has left, or has yet to open
    ('commands', 'organisation_id = mine',
        'organisation_id = mine AND (kind = ''refer'' OR taking_part(commands.case_id))'),
    ('case_commands', 'EXISTS (SELECT FROM commands WHERE commands.id = case_commands.command_id)', NULL),
    ('notes',
        'organisation_id = mine OR (sensitivity = ''ordinary'' AND taking_part(notes.case_id))',
        'organisation_id = mine AND (taking_part(notes.case_id) OR EXISTS (SELECT FROM commands '
        'WHERE commands.id = notes.command_id AND commands.case_id = notes.case_id))'),
    -- people: through an own case, or a stay in an own bed
    ('persons',
        'EXISTS (SELECT FROM cases WHERE cases.person_id = persons.id) OR EXISTS (SELECT FROM spells '
        'WHERE spells.person_id = persons.id AND spells.organisation_id = mine)', NULL),
    ('person_identifiers',
        'organisation_id = mine OR EXISTS (SELECT FROM cases WHERE cases.person_id = person_identifiers.person_id)',
        NULL),
    ('person_addresses',
        'sensitivity = ''ordinary'' AND EXISTS (SELECT FROM persons WHERE persons.id = person_addresses.person_id '
        'AND NOT persons.location_hidden AND persons.sensitivity = ''ordinary'')', NULL),
    ('person_contacts',
        'sensitivity = ''ordinary'' AND EXISTS (SELECT FROM persons WHERE persons.id = person_contacts.person_id '
        'AND persons.sensitivity = ''ordinary'')', NULL),
    ('spells',
        'organisation_id = mine OR EXISTS (SELECT FROM case_spells WHERE case_spells.spell_id = spells.id)', NULL),
    -- messages belong to the organisation of their feed
    ('inbox', 'organisation_id = mine', 'organisation_id = mine'),
    ('facts', 'EXISTS (SELECT FROM inbox WHERE inbox.id = facts.inbox_id)', NULL),
    -- who looked and who changed
    ('audit_reads', 'organisation_id = mine', 'organisation_id = mine'),
    ('audit_writes', 'organisation_id = mine', 'organisation_id IS NOT DISTINCT FROM mine'),
    -- names of staff, addresses of partners and of empty homes: for whoever is signed in
    ('users', 'mine IS NOT NULL', 'organisation_id = mine'),
    ('teams', 'mine IS NOT NULL', NULL),
    ('partners', 'mine IS NOT NULL', NULL),
    ('properties', 'mine IS NOT NULL', NULL);

CREATE FUNCTION pg_temp.spelled_out(rule text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(
        regexp_replace(rule, 'taking_part\((\w+\.\w+)\)',
            'EXISTS (SELECT FROM case_participants AS own WHERE own.case_id = \1 AND own.organisation_id = mine '
            'AND own.from_on <= (SELECT homeward_today()) '
            'AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))', 'g'),
        '\mmine\M', '(SELECT homeward_organisation())', 'g')
$$;

DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN SELECT tab, pg_temp.spelled_out(readable) AS readable, pg_temp.spelled_out(insertable) AS insertable
                FROM walls LOOP
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

DROP FUNCTION pg_temp.spelled_out;

-- What the api role may change, row by row; which columns is a matter of grants.
CREATE POLICY api_updates ON commands FOR UPDATE TO homeward_api USING (organisation_id = homeward_organisation());
CREATE POLICY api_updates ON inbox FOR UPDATE TO homeward_api USING (organisation_id = homeward_organisation());
CREATE POLICY api_updates ON users FOR UPDATE TO homeward_api
    USING (homeward_organisation() IS NOT NULL) WITH CHECK (organisation_id = homeward_organisation());
CREATE POLICY api_frees_dead_letters ON outbox FOR UPDATE TO homeward_api
    USING (state = 'dead' AND case_id IN (SELECT homeward_my_cases()))
    WITH CHECK (state IN ('pending', 'skipped') AND released_by = homeward_user());
