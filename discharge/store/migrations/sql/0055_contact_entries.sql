-- Whom to call about a case. Each row is one version of a contact; nobody changes or removes one.
CREATE TABLE contact_entries (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT,
    about TEXT,
    phone TEXT,
    email TEXT,
    safe_to_ring TEXT DEFAULT 'unknown' NOT NULL,
    hours TEXT,
    language TEXT,
    interpreter TEXT DEFAULT 'unknown' NOT NULL,
    source TEXT NOT NULL,
    said_by TEXT,
    said_on DATE NOT NULL,
    reason TEXT,
    message JSONB,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    organisation_id UUID NOT NULL,
    recorded_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_contact_entries PRIMARY KEY (id),
    CONSTRAINT uq_contact_entries_contact_id_number UNIQUE (contact_id, number),
    CONSTRAINT fk_contact_entries_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_contact_entries_organisation_id_organisations
        FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_contact_entries_recorded_by_users FOREIGN KEY(recorded_by) REFERENCES users (id)
);
CREATE INDEX ix_contact_entries_case_id ON contact_entries (case_id);

-- For those who see the whole course of the case, while the person is not hidden; a restricted one for who recorded it
-- and for the housing lead. They write in their own name alone.
ALTER TABLE contact_entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY api_reads ON contact_entries FOR SELECT TO homeward_api USING (
    EXISTS (SELECT FROM cases WHERE cases.id = contact_entries.case_id AND NOT homeward_hidden(cases.person_id))
    AND EXISTS (SELECT FROM case_participants AS own
                WHERE own.case_id = contact_entries.case_id AND own.organisation_id = (SELECT homeward_organisation())
                  AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
                  AND own.from_on <= (SELECT homeward_today())
                  AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))
                  AND (contact_entries.sensitivity = 'ordinary'
                       OR contact_entries.organisation_id = own.organisation_id
                       OR own.relation = 'housing-lead')));
CREATE POLICY api_inserts ON contact_entries FOR INSERT TO homeward_api WITH CHECK (
    organisation_id = (SELECT homeward_organisation()) AND recorded_by = (SELECT homeward_user())
    AND EXISTS (SELECT FROM cases WHERE cases.id = contact_entries.case_id AND NOT homeward_hidden(cases.person_id))
    AND EXISTS (SELECT FROM case_participants AS own
                WHERE own.case_id = contact_entries.case_id AND own.organisation_id = (SELECT homeward_organisation())
                  AND own.relation IN ('responsible-trust', 'housing-lead', 'referrer', 'council')
                  AND own.from_on <= (SELECT homeward_today())
                  AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))));
CREATE POLICY worker_works ON contact_entries TO homeward_worker USING (true) WITH CHECK (true);
CREATE POLICY owner_functions ON contact_entries TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON contact_entries TO homeward_api;
GRANT SELECT, INSERT, DELETE ON contact_entries TO homeward_worker;
