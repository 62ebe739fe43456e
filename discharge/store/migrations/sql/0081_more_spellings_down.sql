-- Which of these numbers, and of these names of next of kin, are not safe to ring: as the last entry about a number
-- says, and as the entry in force about a next of kin does.
CREATE OR REPLACE FUNCTION homeward_not_safe_to_ring(p_person uuid, p_numbers text[], p_kin text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT entry.contact_id, entry.number, entry.entry, entry.role, entry.name, entry.safe_to_ring,
               homeward_plain_number(entry.phone) AS phone
        FROM contact_entries AS entry JOIN cases ON cases.id = entry.case_id
        WHERE cases.person_id IN (SELECT homeward_one_person(p_person)) AND NOT homeward_hidden(p_person)
          AND (EXISTS (SELECT FROM cases AS theirs WHERE theirs.person_id IN (SELECT homeward_one_person(p_person))
                       AND homeward_cares(theirs.id))
               OR EXISTS (SELECT FROM spells WHERE spells.person_id = p_person
                          AND spells.organisation_id = homeward_organisation()))),
    numbers AS (
        SELECT DISTINCT ON (contact_id, phone) phone, safe_to_ring
        FROM held WHERE phone IS NOT NULL ORDER BY contact_id, phone, number DESC),
    kin AS (
        SELECT DISTINCT ON (contact_id) homeward_name_key(name) AS name, role, entry, safe_to_ring
        FROM held ORDER BY contact_id, number DESC)
    SELECT said FROM unnest(p_numbers) AS said
    WHERE EXISTS (SELECT FROM numbers WHERE safe_to_ring = 'no' AND phone = homeward_plain_number(said))
    UNION
    SELECT said FROM unnest(p_kin) AS said
    WHERE EXISTS (SELECT FROM kin WHERE safe_to_ring = 'no' AND entry <> 'ended' AND role IN ('next-of-kin', 'carer', 'key-holder')
                  AND name <> '' AND name = homeward_name_key(said))
$$;

DROP FUNCTION homeward_same_name;

-- A number by its digits, as dialled at home; other words in small letters (`plain_number` in discharge/telephones.py).
CREATE OR REPLACE FUNCTION homeward_plain_number(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN said.number IS NULL OR position('@' IN said.whole) > 0 THEN lower(said.whole)
                ELSE regexp_replace(
                    CASE WHEN ltrim(said.number, '(') LIKE '+%' THEN '+' ELSE '' END
                    || regexp_replace(said.number, '\D', '', 'g'), '^(\+|00)44', '0') END
    FROM (SELECT trimmed.whole,
                 replace(substring(trimmed.whole FROM '^\(?\+?[0-9][0-9 ().-]{2,}'), '(0)', '') AS number
          FROM (SELECT regexp_replace(p_text, '^\s+|\s+$', '', 'g') AS whole) AS trimmed) AS said
$$;

-- A name whatever the order in which it is written (`name_key` in discharge/telephones.py).
CREATE OR REPLACE FUNCTION homeward_name_key(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), '')
    FROM regexp_split_to_table(lower(p_text), '\W+') AS word WHERE word <> ''
$$;
