SELECT homeward_safety_parted(own_case_id) FROM (SELECT DISTINCT own_case_id FROM safety_events
    WHERE own_case_id IS NOT NULL) AS brought;
DROP FUNCTION homeward_safety_parted, homeward_safety_merged;
DROP INDEX ix_safety_events_own_case_id;
ALTER TABLE safety_events DROP COLUMN own_case_id;
