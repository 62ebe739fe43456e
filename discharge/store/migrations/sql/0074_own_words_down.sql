-- Own words are read by everybody who follows the case, as before.
UPDATE notes SET sensitivity = 'ordinary' WHERE sensitivity = 'own-words';
DROP POLICY api_reads ON notes;
CREATE POLICY api_reads ON notes FOR SELECT TO homeward_api USING (
    (sensitivity <> 'danger' AND organisation_id = (SELECT homeward_organisation()))
    OR (sensitivity = 'ordinary' AND EXISTS (
        SELECT FROM case_participants AS own
        WHERE own.case_id = notes.case_id AND own.organisation_id = (SELECT homeward_organisation())
          AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
          AND own.from_on <= (SELECT homeward_today())
          AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))
    OR (sensitivity = 'danger' AND (author_id = (SELECT homeward_user())
        OR (organisation_id = (SELECT homeward_organisation()) AND team_id = (SELECT homeward_my_team()))
        OR EXISTS (
            SELECT FROM case_participants AS own
            WHERE own.case_id = notes.case_id AND own.organisation_id = (SELECT homeward_organisation())
              AND own.relation IN ('housing-lead')
              AND own.from_on <= (SELECT homeward_today())
              AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))));
CREATE OR REPLACE FUNCTION homeward_reads_note(note notes) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT note.organisation_id = homeward_organisation()
        OR (note.sensitivity = 'ordinary' AND homeward_cares(note.case_id))
$$;
DROP FUNCTION homeward_reads_own_words;
DROP FUNCTION homeward_role;
