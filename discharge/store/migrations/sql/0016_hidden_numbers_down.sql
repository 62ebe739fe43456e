ALTER POLICY api_reads ON person_addresses USING (
    sensitivity = 'ordinary' AND EXISTS (SELECT FROM persons WHERE persons.id = person_addresses.person_id
        AND NOT persons.location_hidden AND persons.sensitivity = 'ordinary'));
ALTER POLICY api_reads ON person_contacts USING (
    sensitivity = 'ordinary' AND EXISTS (SELECT FROM persons WHERE persons.id = person_contacts.person_id
        AND persons.sensitivity = 'ordinary'));
ALTER POLICY api_reads ON documents USING (
    EXISTS (SELECT FROM persons WHERE persons.id = documents.person_id
            AND NOT persons.location_hidden AND persons.sensitivity = 'ordinary')
    AND (organisation_id = (SELECT homeward_organisation())
         OR (sensitivity = 'ordinary' AND EXISTS (
             SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
             WHERE cases.person_id = documents.person_id AND own.organisation_id = (SELECT homeward_organisation())
             AND own.role IN ('referrer', 'housing-health') AND own.from_on <= (SELECT homeward_today())
             AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))));
DROP FUNCTION homeward_hidden, homeward_hidden_by_number, homeward_any_number_hidden, homeward_hide_numbers;
DROP TABLE hidden_numbers;
