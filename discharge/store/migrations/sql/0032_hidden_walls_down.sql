GRANT SELECT ON facts TO homeward_api;
DROP FUNCTION homeward_facts_shown;
ALTER POLICY api_reads ON property_holds USING (case_id IN (SELECT homeward_my_cases()));
