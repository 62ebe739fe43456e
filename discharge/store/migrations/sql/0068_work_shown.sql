-- Who is asked about a hazard shows the work: a landlord, and a council's environmental health, add photos and documents to
-- it. The case refuses a hazard that they are not asked about, and the file is then deleted; here it is a hazard of a case
-- in which they take part, and nothing of the home check. Until the case has recorded a file, they see that it is theirs.
DROP POLICY api_inserts ON evidence_files;
CREATE POLICY api_inserts ON evidence_files FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation())
                AND author_id IS NOT DISTINCT FROM (SELECT homeward_user())
                AND state = 'waiting'
                AND (case_id IN (SELECT homeward_my_care_cases())
                     OR (item LIKE 'hazard/%' AND case_id IN (SELECT homeward_my_cases())))
                AND EXISTS (SELECT FROM commands WHERE commands.id = evidence_files.command_id
                            AND commands.case_id = evidence_files.case_id
                            AND commands.kind = 'add-item-evidence'));

DROP POLICY api_reads ON evidence_files;
CREATE POLICY api_reads ON evidence_files FOR SELECT TO homeward_api
    USING (sensitivity = 'ordinary'
           AND (case_id IN (SELECT homeward_my_care_cases())
                OR ((shown_to @> ARRAY[(SELECT homeward_organisation())]
                     OR (state = 'waiting' AND organisation_id = (SELECT homeward_organisation())))
                    AND case_id IN (SELECT homeward_my_cases()))));

-- How full a case is counts all its files, also those that the asker does not see.
CREATE FUNCTION homeward_evidence_bytes(p_case uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(size), 0)::bigint FROM evidence_files
    WHERE case_id = p_case AND case_id IN (SELECT homeward_my_cases())
      AND (state = 'kept' OR (state = 'waiting' AND EXISTS (
               SELECT FROM commands WHERE commands.id = evidence_files.command_id
               AND commands.state IN ('taken', 'accepted'))))
$$;
REVOKE ALL ON FUNCTION homeward_evidence_bytes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_evidence_bytes TO homeward_api;
