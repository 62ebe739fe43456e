-- What came of a request that changed something, under a key of its client's own. Nobody but that client reads it; the
-- worker forgets it after thirty days.
CREATE TABLE request_keys (
    client_id TEXT NOT NULL,
    client_key TEXT NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    operation TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    result JSONB NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_request_keys PRIMARY KEY (client_id, client_key),
    CONSTRAINT fk_request_keys_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX ix_request_keys_used_at ON request_keys (used_at);

ALTER TABLE request_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker_works ON request_keys TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON request_keys TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY api_reads ON request_keys FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()) AND user_id = (SELECT homeward_user()));
CREATE POLICY api_inserts ON request_keys FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND user_id = (SELECT homeward_user()));
GRANT SELECT, INSERT ON request_keys TO homeward_api;
GRANT SELECT, DELETE ON request_keys TO homeward_worker;
