-- Behind row-level security PostgreSQL asks an index only with operators that cannot leak a row: LIKE is none of them,
-- the comparisons of text_pattern_ops are, and they need a column, because lower() is none either.
ALTER TABLE persons
    ADD COLUMN family_key TEXT GENERATED ALWAYS AS (lower(family_name)) STORED,
    ADD COLUMN given_key TEXT GENERATED ALWAYS AS (lower(given_name)) STORED;
