DROP FUNCTION homeward_keep_form;
DROP TABLE kept_forms;
