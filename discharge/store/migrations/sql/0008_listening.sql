-- What a feed's door allows, whom it turned away, and what became of a late application acknowledgement.
ALTER TABLE feeds ADD COLUMN networks TEXT[] DEFAULT '{}' NOT NULL;
ALTER TABLE feeds ADD COLUMN message_bytes INTEGER;
ALTER TABLE feeds ADD COLUMN messages_per_second DOUBLE PRECISION;
ALTER TABLE feeds ADD COLUMN refused_times INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE feeds ADD COLUMN refused_at TIMESTAMP WITH TIME ZONE;
GRANT UPDATE (refused_times, refused_at) ON feeds TO homeward_api;

ALTER TABLE inbox ADD COLUMN application_answer TEXT;
ALTER TABLE inbox ADD CONSTRAINT ck_inbox_application_answer
    CHECK (application_answer IN ('owed', 'sent', 'not-sent'));
CREATE INDEX ix_inbox_application_answer ON inbox (feed_id) WHERE application_answer IN ('owed', 'not-sent');
GRANT UPDATE (application_answer) ON inbox TO homeward_api;
