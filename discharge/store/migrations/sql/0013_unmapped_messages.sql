-- The messages behind the count of each unmapped value. Of older ones only the last is known.

ALTER TABLE unmapped_values ADD COLUMN id UUID DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE unmapped_values ADD CONSTRAINT uq_unmapped_values_id UNIQUE (id);
UPDATE unmapped_values SET times = 1 WHERE key <> '';

CREATE TABLE unmapped_messages (
    value_id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    CONSTRAINT pk_unmapped_messages PRIMARY KEY (value_id, inbox_id),
    CONSTRAINT fk_unmapped_messages_value_id_unmapped_values FOREIGN KEY(value_id) REFERENCES unmapped_values (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_unmapped_messages_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id),
    CONSTRAINT fk_unmapped_messages_organisation_id_organisations FOREIGN KEY(organisation_id)
        REFERENCES organisations (id)
);
CREATE INDEX ix_unmapped_messages_inbox_id ON unmapped_messages (inbox_id);
INSERT INTO unmapped_messages SELECT id, example_inbox_id, organisation_id FROM unmapped_values WHERE key <> '';

ALTER TABLE unmapped_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON unmapped_messages FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_works ON unmapped_messages TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON unmapped_messages TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON unmapped_messages TO homeward_api;
GRANT SELECT, INSERT, DELETE ON unmapped_messages TO homeward_worker;
