DROP INDEX ix_outbox_relay_later;
ALTER TABLE commands DROP COLUMN tries;
ALTER TABLE outbox DROP COLUMN relay_after, DROP COLUMN relay_tries;
