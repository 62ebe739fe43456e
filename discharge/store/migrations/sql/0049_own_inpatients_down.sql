DROP FUNCTION homeward_my_inpatient;
