DROP FUNCTION homeward_evidence_bytes;

DROP POLICY api_reads ON evidence_files;
CREATE POLICY api_reads ON evidence_files FOR SELECT TO homeward_api
    USING (sensitivity = 'ordinary'
           AND (case_id IN (SELECT homeward_my_care_cases())
                OR (shown_to @> ARRAY[(SELECT homeward_organisation())]
                    AND case_id IN (SELECT homeward_my_cases()))));

DROP POLICY api_inserts ON evidence_files;
CREATE POLICY api_inserts ON evidence_files FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation())
                AND author_id IS NOT DISTINCT FROM (SELECT homeward_user())
                AND state = 'waiting' AND case_id IN (SELECT homeward_my_care_cases())
                AND EXISTS (SELECT FROM commands WHERE commands.id = evidence_files.command_id
                            AND commands.case_id = evidence_files.case_id
                            AND commands.kind = 'add-item-evidence'));
