-- A stay that belongs to another number, another person, or both. Messages and moves come in any order, so a move is
-- kept: what is said later of the old number follows it.
CREATE TABLE stay_moves (
    id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    number TEXT NOT NULL,
    to_number TEXT NOT NULL,
    person_id UUID NOT NULL,
    from_person_id UUID,
    stated_at TIMESTAMP WITH TIME ZONE,
    content_hash TEXT NOT NULL,
    CONSTRAINT pk_stay_moves PRIMARY KEY (id),
    CONSTRAINT uq_stay_moves_organisation_id_content_hash UNIQUE (organisation_id, content_hash),
    CONSTRAINT fk_stay_moves_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id),
    CONSTRAINT fk_stay_moves_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_stay_moves_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_stay_moves_from_person_id_persons FOREIGN KEY(from_person_id) REFERENCES persons (id)
);

CREATE INDEX ix_stay_moves_number ON stay_moves (organisation_id, number);
CREATE INDEX ix_stay_moves_to_number ON stay_moves (organisation_id, to_number);

ALTER TABLE stay_moves ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON stay_moves FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_works ON stay_moves TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON stay_moves TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT ON stay_moves TO homeward_api, homeward_worker;
GRANT INSERT, UPDATE, DELETE ON stay_moves TO homeward_worker;
