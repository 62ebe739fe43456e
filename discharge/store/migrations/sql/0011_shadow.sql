-- A trust's own lists beside ours. Only the trust of the feed sees them; nothing here changes a case.

CREATE TABLE shadow_lists (
    id UUID NOT NULL,
    feed_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    day DATE NOT NULL,
    listed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE,
    mapping TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    taken_by UUID,
    listed INTEGER NOT NULL,
    held INTEGER NOT NULL,
    on_both INTEGER NOT NULL,
    agreeing INTEGER NOT NULL,
    fields JSONB NOT NULL,
    CONSTRAINT pk_shadow_lists PRIMARY KEY (id),
    CONSTRAINT uq_shadow_lists_feed_id_day UNIQUE (feed_id, day),
    CONSTRAINT fk_shadow_lists_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id),
    CONSTRAINT fk_shadow_lists_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_shadow_lists_organisation_id ON shadow_lists (organisation_id);

CREATE TABLE shadow_differences (
    id UUID NOT NULL,
    list_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "column" TEXT NOT NULL,
    cause TEXT NOT NULL,
    theirs TEXT NOT NULL,
    ours TEXT NOT NULL,
    line INTEGER,
    nhs_number TEXT NOT NULL,
    hospital_number TEXT NOT NULL,
    person_id UUID,
    case_id UUID,
    inbox_id UUID,
    said_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_shadow_differences PRIMARY KEY (id),
    CONSTRAINT fk_shadow_differences_list_id_shadow_lists FOREIGN KEY(list_id) REFERENCES shadow_lists (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_shadow_differences_organisation_id_organisations FOREIGN KEY(organisation_id)
        REFERENCES organisations (id)
);

CREATE INDEX ix_shadow_differences_list_id ON shadow_differences (list_id, ordinal);
CREATE INDEX ix_shadow_differences_person_id ON shadow_differences (person_id);

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['shadow_lists', 'shadow_differences'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api '
            'USING (organisation_id = (SELECT homeward_organisation()))', tab);
        EXECUTE format('CREATE POLICY api_deletes ON %I FOR DELETE TO homeward_api '
            'USING (organisation_id = (SELECT homeward_organisation()))', tab);
        EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tab);
    END LOOP;
END
$$;

-- A list belongs to the organisation of its feed, and a difference to that of its list.
CREATE POLICY api_inserts ON shadow_lists FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND EXISTS (SELECT FROM feeds
        WHERE feeds.id = shadow_lists.feed_id AND feeds.organisation_id = shadow_lists.organisation_id));
CREATE POLICY api_inserts ON shadow_differences FOR INSERT TO homeward_api
    WITH CHECK (organisation_id = (SELECT homeward_organisation()) AND EXISTS (SELECT FROM shadow_lists
        WHERE shadow_lists.id = shadow_differences.list_id
          AND shadow_lists.organisation_id = shadow_differences.organisation_id));

GRANT SELECT, INSERT, DELETE ON shadow_lists, shadow_differences TO homeward_api, homeward_worker;
