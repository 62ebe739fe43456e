-- Finding among a million messages: each list is one index, read backwards from where the last page ended.
ALTER TABLE inbox ADD COLUMN edited_from UUID;
ALTER TABLE inbox ADD COLUMN read_by TEXT;
ALTER TABLE inbox ADD CONSTRAINT fk_inbox_edited_from_inbox FOREIGN KEY (edited_from) REFERENCES inbox (id);
DROP INDEX ix_inbox_organisation;
CREATE INDEX ix_inbox_organisation ON inbox (organisation_id, received_at, sequence);
CREATE INDEX ix_inbox_feed ON inbox (feed_id, received_at, sequence);
CREATE INDEX ix_inbox_type ON inbox (organisation_id, message_type, trigger, received_at, sequence);
CREATE INDEX ix_inbox_asks ON inbox (organisation_id, state, code, reason, received_at, sequence)
    WHERE state NOT IN ('stored', 'interpreted');
CREATE INDEX ix_inbox_edited_from ON inbox (edited_from) WHERE edited_from IS NOT NULL;
CREATE INDEX ix_person_identifiers_value ON person_identifiers (value);
CREATE INDEX ix_persons_family_name ON persons (family_name text_pattern_ops);

ALTER TABLE outbox ADD COLUMN resent_from BIGINT;
ALTER TABLE outbox ADD CONSTRAINT fk_outbox_resent_from_outbox FOREIGN KEY (resent_from) REFERENCES outbox (sequence);
CREATE INDEX ix_outbox_cause_inbox ON outbox (cause_inbox_id) WHERE cause_inbox_id IS NOT NULL;
CREATE INDEX ix_outbox_resent_from ON outbox (resent_from) WHERE resent_from IS NOT NULL;

-- Reading messages again: who wanted it, why, which, and what became of each.
CREATE TABLE replays (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    wanted JSONB NOT NULL,
    reason TEXT NOT NULL,
    asked_by UUID NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    total INTEGER,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replays PRIMARY KEY (id),
    CONSTRAINT ck_replays_state CHECK (state IN ('waiting', 'working', 'done')),
    CONSTRAINT fk_replays_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX ix_replays_organisation ON replays (organisation_id, asked_at);
CREATE INDEX ix_replays_open ON replays (asked_at) WHERE state <> 'done';

CREATE TABLE replay_items (
    replay_id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    was_state TEXT,
    was_code TEXT,
    was_reason TEXT,
    outcome TEXT,
    at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replay_items PRIMARY KEY (replay_id, inbox_id),
    CONSTRAINT fk_replay_items_replay_id_replays FOREIGN KEY(replay_id) REFERENCES replays (id),
    CONSTRAINT fk_replay_items_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id)
);
CREATE INDEX ix_replay_items_inbox_id ON replay_items (inbox_id);
CREATE INDEX ix_replay_items_open ON replay_items (replay_id) WHERE outcome IS NULL;

-- An edited message is a row of its own in the inbox. It has no effect before a second person agrees.
CREATE TABLE message_edits (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    original_id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    reason TEXT NOT NULL,
    proposed_by UUID NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    state TEXT DEFAULT 'proposed' NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_reason TEXT,
    CONSTRAINT pk_message_edits PRIMARY KEY (id),
    CONSTRAINT uq_message_edits_inbox_id UNIQUE (inbox_id),
    CONSTRAINT ck_message_edits_two_people CHECK (decided_by <> proposed_by),
    CONSTRAINT ck_message_edits_state CHECK (state IN ('proposed', 'approved', 'declined')),
    CONSTRAINT ck_message_edits_decided CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CONSTRAINT fk_message_edits_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_message_edits_original_id_inbox FOREIGN KEY(original_id) REFERENCES inbox (id),
    CONSTRAINT fk_message_edits_inbox_id_inbox FOREIGN KEY(inbox_id) REFERENCES inbox (id)
);
CREATE INDEX ix_message_edits_organisation ON message_edits (organisation_id, proposed_at);
CREATE UNIQUE INDEX uq_message_edits_open ON message_edits (original_id) WHERE state = 'proposed';

-- Whatever else goes wrong: an edited message begins as a proposal, and only an approved one is read.
CREATE FUNCTION homeward_edit_waits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
        RAISE EXCEPTION 'not-approved' USING ERRCODE = 'HW409';
    END IF;
    IF TG_OP = 'UPDATE' AND NOT EXISTS (
        SELECT FROM message_edits WHERE inbox_id = NEW.id
          AND state = CASE NEW.state WHEN 'declined' THEN 'declined' ELSE 'approved' END) THEN
        RAISE EXCEPTION 'not-approved' USING ERRCODE = 'HW409';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER edit_begins_as_proposal BEFORE INSERT ON inbox
    FOR EACH ROW WHEN (NEW.edited_from IS NOT NULL) EXECUTE FUNCTION homeward_edit_waits();
CREATE TRIGGER edit_waits_for_approval BEFORE UPDATE OF state ON inbox
    FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state <> 'proposed') EXECUTE FUNCTION homeward_edit_waits();

CREATE FUNCTION homeward_refuse_other_bytes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the bytes of a message never change' USING ERRCODE = 'HW001';
END
$$;
CREATE TRIGGER bytes_never_change BEFORE UPDATE OF raw, sha256, edited_from ON inbox
    FOR EACH ROW EXECUTE FUNCTION homeward_refuse_other_bytes();

-- Approve or decline, once: the same person again changes nothing, and nobody approves their own.
CREATE FUNCTION homeward_decide_edit(p_edit uuid, p_approve boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    edit message_edits;
    decided text := CASE WHEN p_approve THEN 'approved' ELSE 'declined' END;
BEGIN
    SELECT * INTO edit FROM message_edits
    WHERE id = p_edit AND organisation_id = homeward_organisation() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = edit.organisation_id
                   AND role IN ('operator', 'admin')) THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    IF edit.state = decided AND edit.decided_by = homeward_user() THEN
        RETURN edit.state;
    END IF;
    IF edit.state <> 'proposed' THEN
        RAISE EXCEPTION 'already-done' USING ERRCODE = 'HW409';
    END IF;
    IF edit.proposed_by = homeward_user() THEN
        RAISE EXCEPTION 'second-person-needed' USING ERRCODE = 'HW409';
    END IF;
    IF p_approve AND NOT EXISTS (SELECT FROM inbox WHERE id = edit.original_id
                                 AND state IN ('parked', 'not-used', 'rejected', 'unassigned') FOR UPDATE) THEN
        RAISE EXCEPTION 'not-replayable' USING ERRCODE = 'HW409';
    END IF;
    UPDATE message_edits SET state = decided, decided_by = homeward_user(), decided_at = now(),
        decided_reason = p_reason WHERE id = p_edit;
    UPDATE inbox SET state = CASE WHEN p_approve THEN 'stored' ELSE 'declined' END WHERE id = edit.inbox_id;
    IF p_approve THEN
        UPDATE inbox SET state = 'superseded' WHERE id = edit.original_id;
    END IF;
    RETURN decided;
END
$$;

-- An item for one partner once more, as a new item behind whatever waits. The caller's key makes it one.
CREATE FUNCTION homeward_resend(p_sequence bigint, p_key uuid, p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    again bigint;
BEGIN
    SELECT sequence INTO again FROM outbox WHERE key = p_key AND resent_from = p_sequence
        AND case_id IN (SELECT homeward_my_cases());
    IF FOUND THEN
        RETURN again;
    END IF;
    IF NOT EXISTS (SELECT FROM users WHERE id = homeward_user() AND organisation_id = homeward_organisation()
                   AND role = 'operator') THEN
        RAISE EXCEPTION 'role-not-allowed' USING ERRCODE = 'HW409';
    END IF;
    IF NOT EXISTS (SELECT FROM outbox WHERE sequence = p_sequence AND channel = 'partner'
                   AND case_id IN (SELECT homeward_my_cases())) THEN
        RAISE EXCEPTION 'not-found' USING ERRCODE = 'HW409';
    END IF;
    INSERT INTO outbox (key, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
                        cause_inbox_id, needs_basis, resent_from, released_by, released_reason)
    SELECT p_key, channel, kind, case_id, partner_id, organisation_id, payload, cause_command_id,
           cause_inbox_id, needs_basis, sequence, homeward_user(), p_reason
    FROM outbox WHERE sequence = p_sequence AND state IN ('delivered', 'skipped')
    RETURNING sequence INTO again;
    IF again IS NULL THEN
        RAISE EXCEPTION 'not-replayable' USING ERRCODE = 'HW409';
    END IF;
    RETURN again;
END
$$;

-- People about whom the asker's organisation has messages: by number, or by the beginning of a name.
CREATE FUNCTION homeward_people_of_messages(p_number text, p_family text, p_given text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH meant AS (
        SELECT id FROM persons WHERE p_number <> '' AND nhs_number = p_number
        UNION
        SELECT person_id FROM person_identifiers
        WHERE p_number <> '' AND organisation_id = homeward_organisation() AND value IN (p_number, upper(p_number))
        UNION
        SELECT persons.id
        FROM unnest(ARRAY[p_family, upper(p_family), initcap(p_family)]) AS start
        JOIN persons ON family_name ~>=~ start AND family_name ~<~ (start || chr(1114111))
        WHERE p_family <> '' AND upper(coalesce(given_name, '')) LIKE upper(p_given) || '%'
    ), same AS (
        SELECT DISTINCT homeward_one_person(homeward_surviving_person(id)) AS id FROM meant
    )
    SELECT id FROM same
    WHERE EXISTS (SELECT FROM inbox WHERE inbox.person_id = same.id
                  AND inbox.organisation_id = homeward_organisation())
    LIMIT 200
$$;

-- When a feed or a partner should be heard, by weekday and time of day; and what was not as it should be.
CREATE TABLE alarm_rules (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    feed_id UUID,
    rule JSONB NOT NULL,
    CONSTRAINT pk_alarm_rules PRIMARY KEY (id),
    CONSTRAINT fk_alarm_rules_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id)
);

CREATE TABLE alarms (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    subject TEXT NOT NULL,
    fact TEXT NOT NULL,
    threshold TEXT NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    times_told INTEGER DEFAULT '1' NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_alarms PRIMARY KEY (id),
    CONSTRAINT fk_alarms_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE UNIQUE INDEX uq_alarms_open ON alarms (kind, subject_id) WHERE cleared_at IS NULL;
CREATE INDEX ix_alarms_organisation ON alarms (organisation_id, raised_at);

-- Figures for monitoring, without a tenant and without a person.
CREATE FUNCTION homeward_open_alarms() RETURNS TABLE (kind text, subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT kind, subject FROM alarms WHERE cleared_at IS NULL
$$;

-- Walls and grants.
DO $$
DECLARE
    wall record;
BEGIN
    FOR wall IN SELECT * FROM (VALUES
        ('replays', 'organisation_id = (SELECT homeward_organisation())',
            'organisation_id = (SELECT homeward_organisation()) AND asked_by = (SELECT homeward_user()) '
            'AND state = ''waiting'''),
        ('replay_items', 'EXISTS (SELECT FROM replays WHERE replays.id = replay_items.replay_id)', NULL),
        ('message_edits', 'organisation_id = (SELECT homeward_organisation())',
            'organisation_id = (SELECT homeward_organisation()) AND proposed_by = (SELECT homeward_user()) '
            'AND state = ''proposed'' AND EXISTS (SELECT FROM inbox WHERE inbox.id = original_id)'),
        ('alarm_rules', '(SELECT homeward_organisation()) IS NOT NULL', NULL),
        ('alarms', 'organisation_id = (SELECT homeward_organisation())', NULL)
    ) AS walls (tab, readable, insertable) LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.tab);
        EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api USING (%s)', wall.tab, wall.readable);
        IF wall.insertable IS NOT NULL THEN
            EXECUTE format('CREATE POLICY api_inserts ON %I FOR INSERT TO homeward_api WITH CHECK (%s)',
                wall.tab, wall.insertable);
        END IF;
        EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', wall.tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', wall.tab);
        EXECUTE format('GRANT SELECT ON %I TO homeward_api, homeward_worker', wall.tab);
    END LOOP;
END
$$;
GRANT INSERT ON replays, message_edits TO homeward_api;
GRANT INSERT, UPDATE ON replays, replay_items, alarms TO homeward_worker;

REVOKE ALL ON FUNCTION homeward_edit_waits, homeward_refuse_other_bytes, homeward_decide_edit, homeward_resend,
    homeward_people_of_messages, homeward_open_alarms FROM PUBLIC;
GRANT EXECUTE ON FUNCTION homeward_decide_edit, homeward_resend, homeward_people_of_messages, homeward_open_alarms
    TO homeward_api;
