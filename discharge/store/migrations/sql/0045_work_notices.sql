-- A notice names a loop of the workers. It is sent at the commit, says nothing of anybody, and may be lost: workers look
-- by themselves every few seconds. What a worker writes it knows; and PostgreSQL lets commits with a notice through one
-- by one, so that the workers' own many commits carry none.
CREATE FUNCTION homeward_leave_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'homeward_worker' THEN
        PERFORM pg_notify('homeward_work', TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;

-- A schedule that is no more is waited for no longer.
GRANT DELETE ON heartbeats TO homeward_worker;

CREATE TRIGGER leaves_work AFTER INSERT ON inbox
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_leave_work('drain');
CREATE TRIGGER leaves_work AFTER INSERT ON identity_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_leave_work('who-is-who');
CREATE TRIGGER leaves_work AFTER INSERT ON replays
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_leave_work('replays');
CREATE TRIGGER leaves_work AFTER INSERT OR UPDATE ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_leave_work('relay');
