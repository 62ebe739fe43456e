-- Which home is held for a case is for its housing lead and for the landlord whose home it is; for others who see the whole
-- course of the case only where the person is not hidden.
ALTER POLICY api_reads ON property_holds USING (
    EXISTS (SELECT FROM properties
            WHERE properties.id = property_holds.property_id
              AND properties.landlord_id = (SELECT homeward_organisation())
              AND property_holds.case_id IN (SELECT homeward_my_cases()))
    OR EXISTS (SELECT FROM case_participants AS own
               WHERE own.case_id = property_holds.case_id AND own.organisation_id = (SELECT homeward_organisation())
                 AND own.from_on <= (SELECT homeward_today())
                 AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))
                 AND (own.relation = 'housing-lead'
                      OR (own.relation IN ('responsible-trust', 'referrer', 'council') AND NOT EXISTS (
                          SELECT FROM cases WHERE cases.id = property_holds.case_id
                          AND homeward_hidden(cases.person_id))))));

-- What a fact says is read through a function. Unless everybody whom its message is about is known and not hidden, it holds
-- only what cannot tell where they live or how to reach them.
CREATE FUNCTION homeward_facts_shown(p_inbox uuid, p_spells uuid[]) RETURNS SETOF facts
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT facts.id, facts.inbox_id, facts.ordinal, facts.person_id, facts.spell_id, facts.kind, facts.effective_at,
           facts.recorded_at, facts.content_hash,
           CASE WHEN seen.all_of_them THEN facts.payload ELSE (
               SELECT coalesce(jsonb_object_agg(said.key, said.value), '{}')
               FROM jsonb_each(facts.payload) AS said
               WHERE said.key IN ('kind', 'stated_at', 'movement', 'action', 'event', 'identifiers', 'names',
                   'birth_date', 'sex', 'deceased', 'died_on', 'hidden', 'identity_unknown', 'key', 'patient_class',
                   'inpatient', 'location', 'moved_at', 'admitted_at', 'discharged_at', 'admission_method',
                   'expected_admission_on', 'expected_discharge_on', 'medically_fit', 'medically_fit_on', 'survivor',
                   'retired', 'number', 'to_number', 'person', 'from_person', 'linked', 'one', 'other',
                   'external_id', 'reasons', 'needs', 'type_code', 'cleared')) END
    FROM facts JOIN inbox ON inbox.id = facts.inbox_id
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_and(NOT homeward_hidden(about.id) AND NOT homeward_hidden(
            coalesce(homeward_surviving_person(about.id), about.id))), false) AS all_of_them
        FROM (SELECT other.person_id AS id FROM facts AS other WHERE other.inbox_id = inbox.id
              UNION SELECT inbox.person_id WHERE inbox.person_id IS NOT NULL) AS about
    ) AS seen
    WHERE (facts.inbox_id = p_inbox OR facts.spell_id = ANY (p_spells))
      AND (inbox.organisation_id = homeward_organisation() OR pg_has_role(
          CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END,
          'homeward_worker', 'USAGE'))
    ORDER BY facts.inbox_id, facts.ordinal
$$;
REVOKE ALL ON FUNCTION homeward_facts_shown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_facts_shown TO homeward_api, homeward_worker;
REVOKE SELECT ON facts FROM homeward_api;
GRANT SELECT (id, inbox_id, ordinal, person_id, spell_id, kind, effective_at, recorded_at, content_hash)
    ON facts TO homeward_api;
