ALTER TABLE persons DROP COLUMN family_key, DROP COLUMN given_key;
