DROP TRIGGER leaves_work ON safety_confirmations;
DROP INDEX ix_cases_said_safe;
