-- Somebody is named to know where a hidden person lies for one stay, until a day, with a reason, by the trust whose bed
-- it is. No door wrote a row before this.
DELETE FROM place_readers;
ALTER TABLE place_readers
    ADD COLUMN case_id UUID NOT NULL,
    ADD COLUMN spell_id UUID NOT NULL,
    ADD COLUMN reader_organisation_id UUID NOT NULL,
    ADD COLUMN until_on DATE NOT NULL,
    ADD COLUMN reason TEXT NOT NULL,
    ADD CONSTRAINT fk_place_readers_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    ADD CONSTRAINT fk_place_readers_spell_id_spells FOREIGN KEY(spell_id) REFERENCES spells (id),
    ADD CONSTRAINT fk_place_readers_reader_organisation_id_organisations
        FOREIGN KEY(reader_organisation_id) REFERENCES organisations (id);
CREATE INDEX ix_place_readers_case_id ON place_readers (case_id);
DROP INDEX uq_place_readers_named;
CREATE UNIQUE INDEX uq_place_readers_named ON place_readers (spell_id, user_id) WHERE ended_at IS NULL;

-- The names that are in force: not taken away, their day not passed, the person still in that bed of the trust that
-- named them, which is still responsible, and the reader still with the organisation that takes part.
CREATE FUNCTION homeward_places_named() RETURNS TABLE (reader_id uuid, user_id uuid, spell_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT named.id, named.user_id, spells.id, spells.person_id
    FROM place_readers AS named
    JOIN spells ON spells.id = named.spell_id AND spells.organisation_id = named.organisation_id
        AND spells.status IN ('admitted', 'on-leave', 'expected')
    JOIN cases ON cases.id = named.case_id AND cases.closed_on IS NULL
    JOIN users ON users.id = named.user_id AND users.organisation_id = named.reader_organisation_id
        AND users.disabled_at IS NULL
    WHERE named.ended_at IS NULL AND named.until_on >= homeward_today()
      AND (named.organisation_id = homeward_organisation()
           OR (named.user_id = homeward_user() AND named.reader_organisation_id = homeward_organisation()))
      AND EXISTS (SELECT FROM case_participants AS trust
                  WHERE trust.case_id = named.case_id AND trust.organisation_id = named.organisation_id
                    AND trust.relation = 'responsible-trust' AND trust.from_on <= homeward_today()
                    AND (trust.until_on IS NULL OR trust.until_on > homeward_today()))
$$;
REVOKE ALL ON FUNCTION homeward_places_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_places_named TO homeward_api;

ALTER POLICY api_reads ON spells USING (
    organisation_id = (SELECT homeward_organisation())
    OR (EXISTS (SELECT FROM case_spells WHERE case_spells.spell_id = spells.id)
        AND (NOT homeward_hidden(person_id) OR id IN (
            SELECT named.spell_id FROM homeward_places_named() AS named
            WHERE named.user_id = (SELECT homeward_user())))));

-- Only the trust that is responsible now names somebody, for its own bed; only people of organisations that see wards
-- in that case.
ALTER POLICY api_inserts ON place_readers WITH CHECK (
    organisation_id = (SELECT homeward_organisation()) AND named_by = (SELECT homeward_user())
    AND ended_at IS NULL AND until_on >= (SELECT homeward_today()) AND reader_organisation_id <> organisation_id
    AND EXISTS (SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
                WHERE cases.id = place_readers.case_id AND cases.person_id = place_readers.person_id
                  AND cases.closed_on IS NULL AND own.organisation_id = (SELECT homeward_organisation())
                  AND own.relation = 'responsible-trust' AND own.from_on <= (SELECT homeward_today())
                  AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today())))
    AND EXISTS (SELECT FROM spells JOIN case_spells ON case_spells.spell_id = spells.id
                WHERE spells.id = place_readers.spell_id AND case_spells.case_id = place_readers.case_id
                  AND spells.organisation_id = (SELECT homeward_organisation())
                  AND spells.status IN ('admitted', 'on-leave', 'expected'))
    AND EXISTS (SELECT FROM users JOIN case_participants AS theirs ON theirs.organisation_id = users.organisation_id
                WHERE users.id = place_readers.user_id AND users.organisation_id = place_readers.reader_organisation_id
                  AND users.disabled_at IS NULL AND theirs.case_id = place_readers.case_id
                  AND theirs.relation IN ('housing-lead', 'referrer', 'council')
                  AND theirs.from_on <= (SELECT homeward_today())
                  AND (theirs.until_on IS NULL OR theirs.until_on > (SELECT homeward_today()))));
