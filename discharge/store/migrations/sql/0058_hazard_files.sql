-- A photo or document of a hazard is seen by the landlord that was told of the hazard, and by the council that was asked, as
-- long as they take part in the case. The worker writes who they are, with the event that says so.
ALTER TABLE evidence_files ADD COLUMN shown_to UUID[] DEFAULT '{}' NOT NULL;

DROP POLICY api_reads ON evidence_files;
CREATE POLICY api_reads ON evidence_files FOR SELECT TO homeward_api
    USING (sensitivity = 'ordinary'
           AND (case_id IN (SELECT homeward_my_care_cases())
                OR (shown_to @> ARRAY[(SELECT homeward_organisation())]
                    AND case_id IN (SELECT homeward_my_cases()))));

-- Who adds a file does not say who else sees it.
CREATE POLICY nobody_named ON evidence_files AS RESTRICTIVE FOR INSERT TO homeward_api WITH CHECK (shown_to = '{}');
