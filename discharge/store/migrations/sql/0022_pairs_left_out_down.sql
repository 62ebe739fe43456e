DROP INDEX ix_persons_merged_into;
REVOKE EXECUTE ON FUNCTION homeward_plain FROM homeward_worker;
DROP TABLE pairs_left_out;
