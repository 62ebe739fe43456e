DROP FUNCTION homeward_cases_numbered(text[]);
DROP FUNCTION homeward_number_keys(jsonb);
