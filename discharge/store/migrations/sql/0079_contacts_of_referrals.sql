-- Whom to call by a referral. It waits for the answer of the case: until then nobody reads it, its sender included.
CREATE TABLE referral_contacts (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    command_id UUID,
    request_id UUID,
    said JSONB NOT NULL,
    stated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_referral_contacts PRIMARY KEY (id),
    CONSTRAINT uq_referral_contacts_command_id UNIQUE (command_id),
    CONSTRAINT uq_referral_contacts_request_id UNIQUE (request_id),
    CONSTRAINT ck_referral_contacts_of_one CHECK (num_nonnulls(command_id, request_id) = 1),
    CONSTRAINT fk_referral_contacts_organisation_id_organisations FOREIGN KEY(organisation_id)
        REFERENCES organisations (id),
    CONSTRAINT fk_referral_contacts_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id),
    CONSTRAINT fk_referral_contacts_command_id_commands FOREIGN KEY(command_id) REFERENCES commands (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_referral_contacts_request_id_referral_requests FOREIGN KEY(request_id)
        REFERENCES referral_requests (id) ON DELETE CASCADE
);

ALTER TABLE referral_contacts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON referral_contacts TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON referral_contacts TO CURRENT_USER USING (true) WITH CHECK (true);
-- Only with a referral of one's own, and by a message of one's own: the walls of those tables show no other.
CREATE POLICY api_inserts ON referral_contacts FOR INSERT TO homeward_api WITH CHECK (
    organisation_id = (SELECT homeward_organisation())
    AND EXISTS (SELECT FROM inbox WHERE inbox.id = inbox_id)
    AND (EXISTS (SELECT FROM commands WHERE commands.id = command_id AND commands.kind = 'refer')
         OR EXISTS (SELECT FROM referral_requests AS request WHERE request.id = request_id
                      AND request.sender_id = referral_contacts.organisation_id AND request.state = 'waiting')));
GRANT INSERT ON referral_contacts TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON referral_contacts TO homeward_worker;

-- Whose referral says it; none where feeds do.
ALTER TABLE person_contacts ADD COLUMN organisation_id UUID,
    ADD CONSTRAINT fk_person_contacts_organisation_id_organisations FOREIGN KEY(organisation_id)
        REFERENCES organisations (id);
