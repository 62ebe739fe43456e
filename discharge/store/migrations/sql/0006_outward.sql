-- Partners that take HL7 v2, and what was sent to them.

ALTER TABLE partners
    ADD COLUMN transport TEXT DEFAULT 'fhir' NOT NULL,
    ADD COLUMN profile TEXT,
    ADD COLUMN header JSONB,
    DROP CONSTRAINT uq_partners_organisation_id,
    ADD CONSTRAINT uq_partners_organisation_id_transport UNIQUE (organisation_id, transport);

CREATE TABLE sent_messages (
    key UUID NOT NULL,
    outbox_sequence BIGINT NOT NULL,
    organisation_id UUID NOT NULL,
    control_id TEXT NOT NULL,
    event TEXT NOT NULL,
    raw BYTEA NOT NULL,
    built_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sent_messages PRIMARY KEY (key),
    CONSTRAINT uq_sent_messages_organisation_id_control_id UNIQUE (organisation_id, control_id),
    CONSTRAINT fk_sent_messages_outbox_sequence_outbox FOREIGN KEY(outbox_sequence) REFERENCES outbox (sequence),
    CONSTRAINT fk_sent_messages_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_sent_messages_outbox_sequence ON sent_messages (outbox_sequence);

-- The bytes name a person as their trust does: only that trust may read them.
ALTER TABLE sent_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON sent_messages FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_works ON sent_messages TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON sent_messages TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON sent_messages TO homeward_api, homeward_worker;
GRANT INSERT, UPDATE (answer, answered_at) ON sent_messages TO homeward_worker;
