-- What a person says of themselves in their own words is read by the team of their case: those who work on it for the trust, the
-- housing service and the organisation that referred, and whoever wrote it. The form says of which items the words are such.
CREATE FUNCTION homeward_role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT nullif(current_setting('homeward.role', true), '')
$$;

CREATE FUNCTION homeward_reads_own_words(p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(homeward_role() IN ('discharge-team', 'coordinator', 'system'), false)
       AND EXISTS (SELECT FROM case_participants AS own
                   WHERE own.case_id = p_case AND own.organisation_id = homeward_organisation()
                     AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer')
                     AND own.from_on <= homeward_today()
                     AND (own.until_on IS NULL OR own.until_on > homeward_today()))
$$;

CREATE OR REPLACE FUNCTION homeward_reads_note(note notes) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE note.sensitivity
        WHEN 'own-words' THEN note.author_id IS NOT DISTINCT FROM homeward_user() OR homeward_reads_own_words(note.case_id)
        ELSE note.organisation_id = homeward_organisation()
            OR (note.sensitivity = 'ordinary' AND homeward_cares(note.case_id)) END
$$;

DROP POLICY api_reads ON notes;
CREATE POLICY api_reads ON notes FOR SELECT TO homeward_api USING (
    (sensitivity NOT IN ('danger', 'own-words') AND organisation_id = (SELECT homeward_organisation()))
    OR (sensitivity = 'ordinary' AND EXISTS (
        SELECT FROM case_participants AS own
        WHERE own.case_id = notes.case_id AND own.organisation_id = (SELECT homeward_organisation())
          AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
          AND own.from_on <= (SELECT homeward_today())
          AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))
    OR (sensitivity = 'own-words'
        AND (author_id = (SELECT homeward_user()) OR homeward_reads_own_words(case_id))));

REVOKE ALL ON FUNCTION homeward_reads_own_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_role, homeward_reads_own_words TO homeward_api;

-- Those of before.
UPDATE notes SET sensitivity = 'own-words'
WHERE sensitivity = 'ordinary' AND item IN ('wishes', 'goals', 'fears', 'who-to-tell');
