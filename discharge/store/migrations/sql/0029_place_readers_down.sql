ALTER POLICY api_inserts ON place_readers
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND named_by = (SELECT homeward_user())
                AND EXISTS (SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
                            WHERE cases.person_id = place_readers.person_id
                              AND own.organisation_id = (SELECT homeward_organisation())
                              AND own.relation = 'responsible-trust' AND own.until_on IS NULL));
ALTER POLICY api_reads ON spells USING (
    organisation_id = (SELECT homeward_organisation())
    OR (EXISTS (SELECT FROM case_spells WHERE case_spells.spell_id = spells.id)
        AND (NOT homeward_hidden(person_id) OR EXISTS (
            SELECT FROM place_readers AS named
            WHERE named.person_id = spells.person_id AND named.user_id = (SELECT homeward_user())
              AND named.ended_at IS NULL))));
DROP FUNCTION homeward_places_named;
DROP INDEX uq_place_readers_named;
DELETE FROM place_readers;
CREATE UNIQUE INDEX uq_place_readers_named ON place_readers (person_id, user_id) WHERE ended_at IS NULL;
DROP INDEX ix_place_readers_case_id;
ALTER TABLE place_readers
    DROP COLUMN case_id, DROP COLUMN spell_id, DROP COLUMN reader_organisation_id, DROP COLUMN until_on,
    DROP COLUMN reason;
