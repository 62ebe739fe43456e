-- The person whom a referral by NHS number alone nearly always means: the only living entry that has or had the number,
-- in a bed of the asker's own organisation. It tells the asker nothing that the policies of persons do not show it, and
-- takes a twentieth of the time that they take. Whoever else is meant is looked up under them.
CREATE FUNCTION homeward_my_inpatient(p_nhs_number text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH meant AS (
        SELECT id FROM persons WHERE nhs_number = p_nhs_number AND merged_into IS NULL AND NOT test_person
        UNION
        SELECT persons.id FROM person_nhs_numbers AS had JOIN persons ON persons.id = had.person_id
        WHERE had.nhs_number = p_nhs_number AND persons.merged_into IS NULL AND NOT persons.test_person
    )
    SELECT meant.id FROM meant
    WHERE (SELECT count(*) FROM meant) = 1
      AND EXISTS (SELECT FROM spells WHERE spells.person_id = meant.id
                  AND spells.organisation_id = homeward_organisation()
                  AND spells.status IN ('admitted', 'on-leave', 'expected'))
$$;
REVOKE ALL ON FUNCTION homeward_my_inpatient FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_my_inpatient TO homeward_api;
