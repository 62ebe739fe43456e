-- What an organisation is to a case decides which rows of it exist for that organisation. The projection keeps the
-- relation beside the participation; discharge/cases/relations.py says how it follows.
ALTER TABLE case_participants ADD COLUMN relation TEXT NOT NULL DEFAULT 'supplier';

UPDATE case_participants SET relation = CASE role
    WHEN 'trust' THEN 'responsible-trust'
    WHEN 'housing-health' THEN 'housing-lead'
    WHEN 'referrer' THEN 'referrer'
    WHEN 'community-referrer' THEN 'referrer'
    WHEN 'council' THEN 'council'
    WHEN 'adult-social-care' THEN 'council'
    WHEN 'landlord' THEN 'landlord'
    ELSE 'supplier' END;
UPDATE case_participants SET relation = 'landlord'
WHERE relation = 'supplier'
  AND EXISTS (SELECT FROM strands WHERE strands.case_id = case_participants.case_id
              AND strands.partner_id = case_participants.organisation_id)
  AND NOT EXISTS (SELECT FROM strands WHERE strands.case_id = case_participants.case_id
                  AND strands.partner_id = case_participants.organisation_id AND strands.kind <> 'rehousing');
UPDATE case_participants SET relation = 'responsible-trust'
FROM (SELECT cases.id, (SELECT stay ->> 'organisation_id'
                        FROM jsonb_array_elements(cases.snapshot -> 'spells') WITH ORDINALITY AS stays (stay, number)
                        WHERE stay ->> 'status' IS DISTINCT FROM 'cancelled' ORDER BY number DESC LIMIT 1) AS trust
      FROM cases) AS held
WHERE held.id = case_participants.case_id
  AND (held.trust = case_participants.organisation_id::text
       OR (held.trust IS NULL AND case_participants.role = 'referrer' AND case_participants.basis = 'referral'));
ALTER TABLE case_participants ALTER COLUMN relation DROP DEFAULT;
ALTER TABLE case_participants ADD CONSTRAINT ck_case_participants_relation CHECK (relation IN
    ('responsible-trust', 'housing-lead', 'referrer', 'council', 'landlord', 'supplier'));

-- A note that speaks of abuse or danger is for the writer's team and the housing lead.
ALTER TABLE notes ADD COLUMN team_id UUID;
UPDATE notes SET team_id = commands.team_id FROM commands WHERE commands.id = notes.command_id;

CREATE FUNCTION homeward_my_team() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT team_id FROM users WHERE id = homeward_user()
$$;

-- Whom a trust has named to know the ward and bed of somebody whose whereabouts are hidden.
CREATE TABLE place_readers (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    named_by UUID NOT NULL,
    named_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by UUID,
    CONSTRAINT pk_place_readers PRIMARY KEY (id),
    CONSTRAINT fk_place_readers_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_place_readers_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_place_readers_user_id_users FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_place_readers_named_by_users FOREIGN KEY(named_by) REFERENCES users (id),
    CONSTRAINT fk_place_readers_ended_by_users FOREIGN KEY(ended_by) REFERENCES users (id)
);
CREATE INDEX ix_place_readers_person_id ON place_readers (person_id);
CREATE INDEX ix_place_readers_user_id ON place_readers (user_id);
CREATE UNIQUE INDEX uq_place_readers_named ON place_readers (person_id, user_id) WHERE ended_at IS NULL;

-- The cases that the asker's organisation leads: as the responsible trust or the housing lead.
CREATE FUNCTION homeward_my_led_cases() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT case_id FROM case_participants
    WHERE organisation_id = (SELECT homeward_organisation())
      AND relation IN ('responsible-trust', 'housing-lead')
      AND from_on <= (SELECT homeward_today())
      AND (until_on IS NULL OR until_on > (SELECT homeward_today()))
$$;

-- The cases of which the asker's organisation sees the whole course: not those where it only does its own work.
CREATE FUNCTION homeward_my_care_cases() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT case_id FROM case_participants
    WHERE organisation_id = (SELECT homeward_organisation())
      AND relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
      AND from_on <= (SELECT homeward_today())
      AND (until_on IS NULL OR until_on > (SELECT homeward_today()))
$$;

-- Whether the asker's organisation knows a person of its own accord, or by a case in one of these relations.
CREATE FUNCTION homeward_related_to(p_person uuid, p_relations text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM spells WHERE person_id = p_person AND organisation_id = homeward_organisation())
        OR EXISTS (SELECT FROM person_identifiers
                   WHERE person_id = p_person AND organisation_id = homeward_organisation())
        OR EXISTS (SELECT FROM person_merges
                   WHERE p_person IN (survivor_id, retired_id) AND organisation_id = homeward_organisation())
        OR EXISTS (SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
                   WHERE cases.person_id = p_person AND own.organisation_id = homeward_organisation()
                     AND own.relation = ANY (p_relations) AND own.from_on <= homeward_today()
                     AND (own.until_on IS NULL OR own.until_on > homeward_today()))
$$;

REVOKE ALL ON FUNCTION homeward_my_team, homeward_my_led_cases, homeward_my_care_cases, homeward_related_to
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_my_team, homeward_my_led_cases, homeward_my_care_cases, homeward_related_to
    TO homeward_api;

-- "led", "care" and "part" in a rule stand for: the organisation of the transaction takes part in that case today, as
-- lead; in a relation that sees the whole course; at all.
CREATE TEMPORARY TABLE related_walls (tab text, readable text) ON COMMIT DROP;
INSERT INTO related_walls VALUES
    ('case_events', 'care(case_events.case_id)'),
    ('case_owners', 'care(case_owners.case_id)'),
    ('case_spells', 'care(case_spells.case_id)'),
    ('ready_periods', 'care(ready_periods.case_id)'),
    ('delay_reasons', 'care(delay_reasons.case_id)'),
    ('alerts', 'care(alerts.case_id)'),
    ('follow_ups', 'care(follow_ups.case_id)'),
    ('strands', 'care(strands.case_id) OR (partner_id = mine AND part(strands.case_id))'),
    ('outbox', 'refers(outbox.case_id) OR (part(outbox.case_id) AND EXISTS (SELECT FROM partners '
        'WHERE partners.id = outbox.partner_id AND partners.organisation_id = mine))'),
    ('case_participants', 'organisation_id = mine OR case_id IN (SELECT homeward_my_care_cases()) OR (relation IN '
        '(''responsible-trust'', ''housing-lead'') AND case_id IN (SELECT homeward_my_cases()))'),
    ('notes',
        '(sensitivity <> ''danger'' AND organisation_id = mine) '
        'OR (sensitivity = ''ordinary'' AND care(notes.case_id)) '
        'OR (sensitivity = ''danger'' AND (author_id = me '
        'OR (organisation_id = mine AND team_id = (SELECT homeward_my_team())) OR housing(notes.case_id)))'),
    ('person_identifiers', 'organisation_id = mine OR EXISTS (SELECT FROM cases '
        'WHERE cases.person_id = person_identifiers.person_id AND care(cases.id))'),
    ('person_nhs_numbers', 'EXISTS (SELECT FROM persons WHERE persons.id = person_nhs_numbers.person_id) '
        'AND homeward_related_to(person_id, ARRAY[''responsible-trust'', ''housing-lead'', ''referrer'', ''council''])'),
    ('person_addresses', 'sensitivity = ''ordinary'' AND NOT homeward_hidden(person_id) '
        'AND EXISTS (SELECT FROM persons WHERE persons.id = person_addresses.person_id) AND homeward_related_to('
        'person_id, ARRAY[''responsible-trust'', ''housing-lead'', ''referrer'', ''council'', ''supplier''])'),
    ('documents', 'NOT homeward_hidden(person_id) '
        'AND EXISTS (SELECT FROM persons WHERE persons.id = documents.person_id) '
        'AND (organisation_id = mine OR (sensitivity = ''ordinary'' AND EXISTS (SELECT FROM cases '
        'WHERE cases.person_id = documents.person_id AND led(cases.id))))'),
    ('spells', 'organisation_id = mine OR (EXISTS (SELECT FROM case_spells WHERE case_spells.spell_id = spells.id) '
        'AND (NOT homeward_hidden(person_id) OR EXISTS (SELECT FROM place_readers AS named '
        'WHERE named.person_id = spells.person_id AND named.user_id = me AND named.ended_at IS NULL)))'),
    ('duplicate_pairs', 'organisation_id = mine OR (EXISTS (SELECT FROM cases WHERE cases.person_id = '
        'duplicate_pairs.left_id AND led(cases.id)) AND EXISTS (SELECT FROM cases WHERE cases.person_id = '
        'duplicate_pairs.right_id AND led(cases.id)))');

CREATE FUNCTION pg_temp.taking_part(relations text) RETURNS text LANGUAGE sql AS $$
    SELECT 'EXISTS (SELECT FROM case_participants AS own WHERE own.case_id = \1 AND own.organisation_id = mine '
        || CASE WHEN relations = '' THEN '' ELSE 'AND own.relation IN (' || relations || ') ' END
        || 'AND own.from_on <= (SELECT homeward_today()) '
        || 'AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))'
$$;
CREATE FUNCTION pg_temp.spelled_out(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    rule := regexp_replace(rule, '\mled\((\w+\.\w+)\)',
        pg_temp.taking_part('''responsible-trust'', ''housing-lead'''), 'g');
    rule := regexp_replace(rule, '\mhousing\((\w+\.\w+)\)', pg_temp.taking_part('''housing-lead'''), 'g');
    rule := regexp_replace(rule, '\mrefers\((\w+\.\w+)\)',
        pg_temp.taking_part('''responsible-trust'', ''housing-lead'', ''referrer'''), 'g');
    rule := regexp_replace(rule, '\mcare\((\w+\.\w+)\)',
        pg_temp.taking_part('''responsible-trust'', ''housing-lead'', ''referrer'', ''council'''), 'g');
    rule := regexp_replace(rule, '\mpart\((\w+\.\w+)\)', pg_temp.taking_part(''), 'g');
    rule := regexp_replace(rule, '\mmine\M', '(SELECT homeward_organisation())', 'g');
    RETURN regexp_replace(rule, '\mme\M', '(SELECT homeward_user())', 'g');
END
$$;

-- Only those who lead a case let others in, close, withdraw, open again or mark in error: not even a command is taken.
CREATE TEMPORARY TABLE lead_commands (kind text) ON COMMIT DROP;
INSERT INTO lead_commands VALUES
    ('add-participant'), ('close-case'), ('withdraw-referral'), ('reopen-case'), ('enter-in-error');

DO $$
DECLARE
    wall record;
    kinds text := (SELECT string_agg(quote_literal(kind), ', ' ORDER BY kind) FROM lead_commands);
BEGIN
    FOR wall IN SELECT tab, pg_temp.spelled_out(readable) AS readable FROM related_walls LOOP
        EXECUTE format('ALTER POLICY api_reads ON %I USING (%s)', wall.tab, wall.readable);
    END LOOP;
    EXECUTE format('ALTER POLICY api_inserts ON commands WITH CHECK (%s)', pg_temp.spelled_out(
        'organisation_id = mine AND (kind = ''refer'' OR part(commands.case_id)) AND (kind NOT IN (' || kinds
        || ') OR led(commands.case_id))'));
END
$$;
DROP FUNCTION pg_temp.spelled_out;
DROP FUNCTION pg_temp.taking_part;

ALTER POLICY api_frees_dead_letters ON outbox
    USING (state = 'dead' AND case_id IN (SELECT homeward_my_led_cases()));

ALTER TABLE place_readers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON place_readers FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()) OR user_id = (SELECT homeward_user()));
CREATE POLICY api_inserts ON place_readers FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND named_by = (SELECT homeward_user())
                AND EXISTS (SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
                            WHERE cases.person_id = place_readers.person_id
                              AND own.organisation_id = (SELECT homeward_organisation())
                              AND own.relation = 'responsible-trust' AND own.until_on IS NULL));
CREATE POLICY api_updates ON place_readers FOR UPDATE TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()))
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND ended_by = (SELECT homeward_user()));
CREATE POLICY worker_works ON place_readers TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON place_readers TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON place_readers TO homeward_api;
GRANT UPDATE (ended_at, ended_by) ON place_readers TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON place_readers TO homeward_worker;

-- Who looked at a case is for those who lead it.
CREATE OR REPLACE FUNCTION homeward_who_looked(p_case uuid)
RETURNS TABLE (at timestamptz, organisation_id uuid, user_id uuid, role text, purpose text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT audit_reads.at, audit_reads.organisation_id, audit_reads.user_id, audit_reads.role, audit_reads.purpose,
           audit_reads.what
    FROM audit_reads
    WHERE p_case IN (SELECT homeward_my_led_cases())
      AND (audit_reads.case_ids @> ARRAY[p_case]
           OR audit_reads.person_ids && ARRAY(SELECT person_id FROM cases WHERE id = p_case))
    ORDER BY audit_reads.at DESC
$$;
