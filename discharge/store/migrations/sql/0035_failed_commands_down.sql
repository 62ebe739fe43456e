DROP FUNCTION homeward_decide_failed_command;
-- Of a command that was tried again only the last answer can stand.
ALTER TABLE case_commands DISABLE TRIGGER USER;
DELETE FROM case_commands AS earlier USING case_commands AS later
WHERE later.case_id = earlier.case_id AND later.command_id = earlier.command_id
  AND later.tries_by_hand > earlier.tries_by_hand;
ALTER TABLE case_commands ENABLE TRIGGER USER;
ALTER TABLE case_commands
    DROP CONSTRAINT pk_case_commands,
    DROP COLUMN tries_by_hand,
    ADD CONSTRAINT pk_case_commands PRIMARY KEY (case_id, command_id);
ALTER TABLE commands
    DROP COLUMN tries_by_hand,
    DROP COLUMN decided_by,
    DROP COLUMN decided_reason,
    DROP COLUMN given_up_at;
