-- Records that share a family name and birth date with many others are no candidates for one person: what is left out
-- is written down.
CREATE TABLE pairs_left_out (
    organisation_id UUID NOT NULL,
    person_id UUID NOT NULL,
    cause TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_pairs_left_out PRIMARY KEY (organisation_id, person_id),
    CONSTRAINT fk_pairs_left_out_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_pairs_left_out_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT ck_pairs_left_out_cause CHECK (cause IN ('common-values', 'many-pairs'))
);
CREATE INDEX ix_pairs_left_out_person_id ON pairs_left_out (person_id);

ALTER TABLE pairs_left_out ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON pairs_left_out FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_works ON pairs_left_out TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON pairs_left_out TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON pairs_left_out TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON pairs_left_out TO homeward_worker;

-- A name as the rules of resemblance compare it, or nearly: they have the last word.
GRANT EXECUTE ON FUNCTION homeward_plain TO homeward_worker;

-- Who was merged into whom is asked for every message.
CREATE INDEX ix_persons_merged_into ON persons (merged_into) WHERE merged_into IS NOT NULL;
