-- Documents and answered forms that feeds send, and coded values that no profile maps yet.

CREATE TABLE documents (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    person_id UUID NOT NULL,
    spell_id UUID,
    inbox_id UUID NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    parent_number TEXT,
    relation TEXT,
    type_code TEXT,
    title TEXT,
    completion TEXT,
    availability TEXT,
    confidentiality TEXT,
    written_at TIMESTAMP WITH TIME ZONE,
    stated_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    content_type TEXT,
    content BYTEA,
    answers JSONB,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT uq_documents_organisation_id_number UNIQUE (organisation_id, number),
    CONSTRAINT fk_documents_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_documents_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_documents_spell_id_spells FOREIGN KEY(spell_id) REFERENCES spells (id)
);
CREATE INDEX ix_documents_person_id ON documents (person_id);

CREATE TABLE unmapped_values (
    feed_id UUID NOT NULL,
    place TEXT NOT NULL,
    value TEXT NOT NULL,
    organisation_id UUID NOT NULL,
    example_inbox_id UUID NOT NULL,
    times INTEGER NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_unmapped_values PRIMARY KEY (feed_id, place, value),
    CONSTRAINT fk_unmapped_values_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id),
    CONSTRAINT fk_unmapped_values_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_unmapped_values_example_inbox_id_inbox FOREIGN KEY(example_inbox_id) REFERENCES inbox (id)
);

-- A document is for the organisation that wrote it, and for those who refer or take referrals in a case of the
-- person; landlords, councils and suppliers take part without reading it. It may tell where somebody lives, so that
-- nobody at a door reads it of a person whose whereabouts are hidden.
ALTER TABLE documents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON documents FOR SELECT TO homeward_api USING (
    EXISTS (SELECT FROM persons WHERE persons.id = documents.person_id
            AND NOT persons.location_hidden AND persons.sensitivity = 'ordinary')
    AND (organisation_id = (SELECT homeward_organisation())
         OR (sensitivity = 'ordinary' AND EXISTS (
             SELECT FROM cases JOIN case_participants AS own ON own.case_id = cases.id
             WHERE cases.person_id = documents.person_id AND own.organisation_id = (SELECT homeward_organisation())
             AND own.role IN ('referrer', 'housing-health') AND own.from_on <= (SELECT homeward_today())
             AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))));
CREATE POLICY worker_works ON documents TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON documents TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON documents TO homeward_api;
GRANT SELECT, INSERT, UPDATE ON documents TO homeward_worker;

ALTER TABLE unmapped_values ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON unmapped_values FOR SELECT TO homeward_api
    USING (organisation_id = (SELECT homeward_organisation()));
CREATE POLICY worker_works ON unmapped_values TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON unmapped_values TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON unmapped_values TO homeward_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON unmapped_values TO homeward_worker;

-- A referral that a feed sends finds its case as any other does.
GRANT EXECUTE ON FUNCTION homeward_open_case TO homeward_worker;
