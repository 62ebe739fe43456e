-- Photos and documents that show how an answer is known. The row says which there are; what they show lies in a table of its
-- own, by case and digest, so that the same photo is kept once, and so that a list of files reads none of their bytes.
CREATE TABLE evidence_files (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    command_id UUID NOT NULL,
    item TEXT NOT NULL,
    evidence TEXT NOT NULL,
    organisation_id UUID NOT NULL,
    author_id UUID,
    team_id UUID,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    pages INTEGER,
    sha256 TEXT NOT NULL,
    source_sha256 TEXT,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    removed_because TEXT,
    removed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_files PRIMARY KEY (id),
    CONSTRAINT fk_evidence_files_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
    CONSTRAINT fk_evidence_files_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT ck_evidence_files_state CHECK (state IN ('waiting', 'kept', 'removed')),
    CONSTRAINT ck_evidence_files_media_type CHECK (media_type IN ('image/jpeg', 'application/pdf'))
);
CREATE INDEX ix_evidence_files_case_id ON evidence_files (case_id, created_at);
CREATE INDEX ix_evidence_files_author_id ON evidence_files (author_id, created_at);
CREATE INDEX ix_evidence_files_waiting ON evidence_files (command_id) WHERE state = 'waiting';

-- Compressed already: PostgreSQL keeps them as they are, outside the row.
CREATE TABLE evidence_contents (
    case_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    thumbnail BYTEA,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_contents PRIMARY KEY (case_id, sha256),
    CONSTRAINT fk_evidence_contents_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
ALTER TABLE evidence_contents ALTER COLUMN content SET STORAGE EXTERNAL, ALTER COLUMN thumbnail SET STORAGE EXTERNAL;

ALTER TABLE evidence_files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE evidence_contents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Which files there are is seen by who sees the whole course of the case. A file is added with its command.
CREATE POLICY api_reads ON evidence_files FOR SELECT TO homeward_api
    USING (sensitivity = 'ordinary' AND case_id IN (SELECT homeward_my_care_cases()));
CREATE POLICY api_inserts ON evidence_files FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation())
                AND author_id IS NOT DISTINCT FROM (SELECT homeward_user())
                AND state = 'waiting' AND case_id IN (SELECT homeward_my_care_cases())
                AND EXISTS (SELECT FROM commands WHERE commands.id = evidence_files.command_id
                            AND commands.case_id = evidence_files.case_id
                            AND commands.kind = 'add-item-evidence'));
CREATE POLICY worker_works ON evidence_files TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON evidence_files TO CURRENT_USER USING (true) WITH CHECK (true);

-- What a file shows may tell where the person lives: of somebody whose whereabouts are hidden nobody reads it.
CREATE POLICY api_reads ON evidence_contents FOR SELECT TO homeward_api
    USING (EXISTS (SELECT FROM evidence_files AS shown WHERE shown.case_id = evidence_contents.case_id
                   AND shown.sha256 = evidence_contents.sha256 AND shown.state <> 'removed')
           AND NOT homeward_hidden((SELECT person_id FROM cases WHERE cases.id = evidence_contents.case_id)));
CREATE POLICY api_inserts ON evidence_contents FOR INSERT TO homeward_api
    WITH CHECK (EXISTS (SELECT FROM evidence_files AS added WHERE added.case_id = evidence_contents.case_id
                        AND added.sha256 = evidence_contents.sha256 AND added.state = 'waiting'
                        AND added.organisation_id = (SELECT homeward_organisation())));
CREATE POLICY worker_works ON evidence_contents TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON evidence_contents TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON evidence_files, evidence_contents TO homeward_api;
GRANT SELECT, UPDATE, DELETE ON evidence_files TO homeward_worker;
GRANT SELECT, DELETE ON evidence_contents TO homeward_worker;
