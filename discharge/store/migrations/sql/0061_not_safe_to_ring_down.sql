DROP FUNCTION homeward_not_safe_to_ring;
DROP FUNCTION homeward_name_key;
DROP FUNCTION homeward_plain_number;
