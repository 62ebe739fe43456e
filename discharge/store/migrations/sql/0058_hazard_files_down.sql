DROP POLICY nobody_named ON evidence_files;
DROP POLICY api_reads ON evidence_files;
CREATE POLICY api_reads ON evidence_files FOR SELECT TO homeward_api
    USING (sensitivity = 'ordinary' AND case_id IN (SELECT homeward_my_care_cases()));
ALTER TABLE evidence_files DROP COLUMN shown_to;
