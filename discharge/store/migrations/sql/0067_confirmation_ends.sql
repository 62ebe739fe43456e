-- A confirmation of safety ended, or became another: workers have the case's check follow at once. Nobody is named, and why
-- it ended is not said.
CREATE TRIGGER leaves_work AFTER UPDATE OR DELETE ON safety_confirmations
    FOR EACH STATEMENT EXECUTE FUNCTION homeward_leave_work('confirmations');
