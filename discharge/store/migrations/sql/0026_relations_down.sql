-- As before: whoever takes part in a case sees every row of it.
CREATE TEMPORARY TABLE related_walls (tab text, readable text) ON COMMIT DROP;
INSERT INTO related_walls VALUES
    ('case_events', 'part(case_events.case_id)'),
    ('case_owners', 'part(case_owners.case_id)'),
    ('case_spells', 'part(case_spells.case_id)'),
    ('ready_periods', 'part(ready_periods.case_id)'),
    ('delay_reasons', 'part(delay_reasons.case_id)'),
    ('alerts', 'part(alerts.case_id)'),
    ('follow_ups', 'part(follow_ups.case_id)'),
    ('strands', 'part(strands.case_id)'),
    ('outbox', 'part(outbox.case_id)'),
    ('case_participants', 'organisation_id = mine OR case_id IN (SELECT homeward_my_cases())'),
    ('notes', 'organisation_id = mine OR (sensitivity = ''ordinary'' AND part(notes.case_id))'),
    ('person_identifiers',
        'organisation_id = mine OR EXISTS (SELECT FROM cases WHERE cases.person_id = person_identifiers.person_id)'),
    ('person_nhs_numbers', 'EXISTS (SELECT FROM persons WHERE persons.id = person_nhs_numbers.person_id)'),
    ('person_addresses', 'sensitivity = ''ordinary'' AND NOT homeward_hidden(person_id) '
        'AND EXISTS (SELECT FROM persons WHERE persons.id = person_addresses.person_id)'),
    ('documents', 'NOT homeward_hidden(person_id) '
        'AND EXISTS (SELECT FROM persons WHERE persons.id = documents.person_id) '
        'AND (organisation_id = mine OR (sensitivity = ''ordinary'' AND EXISTS ('
        'SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id '
        'WHERE cases.person_id = documents.person_id AND own.organisation_id = mine '
        'AND own.role IN (''referrer'', ''housing-health'') AND own.from_on <= (SELECT homeward_today()) '
        'AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))))'),
    ('spells',
        'organisation_id = mine OR EXISTS (SELECT FROM case_spells WHERE case_spells.spell_id = spells.id)'),
    ('duplicate_pairs', 'organisation_id = mine OR (EXISTS (SELECT FROM cases WHERE cases.person_id = '
        'duplicate_pairs.left_id) AND EXISTS (SELECT FROM cases WHERE cases.person_id = duplicate_pairs.right_id))');

CREATE FUNCTION pg_temp.spelled_out(rule text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(
        regexp_replace(rule, '\mpart\((\w+\.\w+)\)',
            'EXISTS (SELECT FROM case_participants AS own WHERE own.case_id = \1 AND own.organisation_id = mine '
            'AND own.from_on <= (SELECT homeward_today()) '
            'AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))', 'g'),
        '\mmine\M', '(SELECT homeward_organisation())', 'g')
$$;
DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN SELECT tab, pg_temp.spelled_out(readable) AS readable FROM related_walls LOOP
        EXECUTE format('ALTER POLICY api_reads ON %I USING (%s)', wall.tab, wall.readable);
    END LOOP;
    EXECUTE format('ALTER POLICY api_inserts ON commands WITH CHECK (%s)', pg_temp.spelled_out(
        'organisation_id = mine AND (kind = ''refer'' OR part(commands.case_id))'));
END
$$;
DROP FUNCTION pg_temp.spelled_out;
ALTER POLICY api_frees_dead_letters ON outbox
    USING (state = 'dead' AND case_id IN (SELECT homeward_my_cases()));

CREATE OR REPLACE FUNCTION homeward_who_looked(p_case uuid)
RETURNS TABLE (at timestamptz, organisation_id uuid, user_id uuid, role text, purpose text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT audit_reads.at, audit_reads.organisation_id, audit_reads.user_id, audit_reads.role, audit_reads.purpose,
           audit_reads.what
    FROM audit_reads
    WHERE p_case IN (SELECT homeward_my_cases())
      AND (audit_reads.case_ids @> ARRAY[p_case]
           OR audit_reads.person_ids && ARRAY(SELECT person_id FROM cases WHERE id = p_case))
    ORDER BY audit_reads.at DESC
$$;

DROP TABLE place_readers;
DROP FUNCTION homeward_related_to, homeward_my_care_cases, homeward_my_led_cases, homeward_my_team;
ALTER TABLE notes DROP COLUMN team_id;
ALTER TABLE case_participants DROP COLUMN relation;
