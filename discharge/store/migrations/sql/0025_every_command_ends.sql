-- The relay tells without holding locks, and late commands are tried a bounded number of times.

ALTER TABLE outbox
    ADD COLUMN relay_after TIMESTAMP WITH TIME ZONE,
    ADD COLUMN relay_tries INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE commands ADD COLUMN tries INTEGER DEFAULT 0 NOT NULL;
CREATE INDEX ix_outbox_relay_later ON outbox (case_id) WHERE relayed_at IS NULL AND relay_after IS NOT NULL;
