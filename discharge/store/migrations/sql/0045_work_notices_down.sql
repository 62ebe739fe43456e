DROP TRIGGER leaves_work ON outbox;
DROP TRIGGER leaves_work ON replays;
DROP TRIGGER leaves_work ON identity_decisions;
DROP TRIGGER leaves_work ON inbox;
DROP FUNCTION homeward_leave_work();
REVOKE DELETE ON heartbeats FROM homeward_worker;
