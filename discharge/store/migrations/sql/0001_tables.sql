-- Tables of the case and its record.

CREATE TABLE audit_reads (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID,
    client_id TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    what TEXT NOT NULL,
    case_ids UUID[] NOT NULL,
    person_ids UUID[] NOT NULL,
    CONSTRAINT pk_audit_reads PRIMARY KEY (id)
);

CREATE INDEX ix_audit_reads_case_ids ON audit_reads USING gin (case_ids);
CREATE INDEX ix_audit_reads_person_ids ON audit_reads USING gin (person_ids);

CREATE TABLE audit_writes (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    organisation_id UUID,
    user_id UUID,
    client_id TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    case_id UUID,
    detail JSONB,
    CONSTRAINT pk_audit_writes PRIMARY KEY (id)
);

CREATE TABLE case_clock (
    id INTEGER NOT NULL,
    origin TIMESTAMP WITH TIME ZONE NOT NULL,
    case_origin TIMESTAMP WITH TIME ZONE NOT NULL,
    factor DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_case_clock PRIMARY KEY (id)
);

CREATE TABLE case_commands (
    case_id UUID NOT NULL,
    command_id UUID NOT NULL,
    answer JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_case_commands PRIMARY KEY (case_id, command_id)
);

CREATE TABLE heartbeats (
    part TEXT NOT NULL,
    beat_at TIMESTAMP WITH TIME ZONE NOT NULL,
    detail TEXT,
    CONSTRAINT pk_heartbeats PRIMARY KEY (part)
);

CREATE TABLE organisations (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    ods_code TEXT,
    sharing_basis TEXT,
    CONSTRAINT pk_organisations PRIMARY KEY (id),
    CONSTRAINT uq_organisations_code UNIQUE (code)
);

CREATE TABLE persons (
    id UUID NOT NULL,
    nhs_number TEXT,
    nhs_number_status TEXT,
    family_name TEXT,
    given_name TEXT,
    birth_date DATE,
    sex TEXT,
    died_on DATE,
    deceased BOOLEAN DEFAULT 'false' NOT NULL,
    location_hidden BOOLEAN DEFAULT 'false' NOT NULL,
    test_person BOOLEAN DEFAULT 'false' NOT NULL,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    merged_into UUID,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_persons PRIMARY KEY (id),
    CONSTRAINT fk_persons_merged_into_persons FOREIGN KEY(merged_into) REFERENCES persons (id)
);

CREATE INDEX ix_persons_nhs_number ON persons (nhs_number);

CREATE TABLE cases (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    stage TEXT NOT NULL,
    version INTEGER NOT NULL,
    snapshot JSONB NOT NULL,
    referred_on DATE NOT NULL,
    referrer_id UUID NOT NULL,
    ward TEXT,
    pathway TEXT,
    expected_discharge_on DATE,
    needed_by DATE,
    ready_on DATE,
    discharged_on DATE,
    awaiting_spell BOOLEAN DEFAULT 'false' NOT NULL,
    external_id TEXT,
    outcome TEXT,
    closed_on DATE,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cases PRIMARY KEY (id),
    CONSTRAINT fk_cases_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_cases_referrer_id_organisations FOREIGN KEY(referrer_id) REFERENCES organisations (id)
);

CREATE INDEX ix_cases_person_id ON cases (person_id);
CREATE INDEX ix_cases_stage ON cases (stage);
CREATE UNIQUE INDEX uq_cases_open_person ON cases (person_id) WHERE closed_on IS NULL;

CREATE TABLE commands (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    client_id TEXT NOT NULL,
    client_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    envelope JSONB NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID,
    team_id UUID,
    role TEXT NOT NULL,
    effective_on DATE NOT NULL,
    seen_version INTEGER,
    state TEXT DEFAULT 'taken' NOT NULL,
    answer JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_commands PRIMARY KEY (id),
    CONSTRAINT uq_commands_client_id_client_key UNIQUE (client_id, client_key),
    CONSTRAINT fk_commands_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_commands_case_id ON commands (case_id);
CREATE INDEX ix_commands_open ON commands (lease_until) WHERE state = 'taken';

CREATE TABLE notes (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    command_id UUID,
    item TEXT,
    organisation_id UUID NOT NULL,
    author_id UUID,
    text TEXT NOT NULL,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notes PRIMARY KEY (id),
    CONSTRAINT fk_notes_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_notes_case_id ON notes (case_id);
CREATE INDEX ix_notes_command_id ON notes (command_id);

CREATE TABLE partners (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    endpoint TEXT NOT NULL,
    kind TEXT NOT NULL,
    consecutive_failures INTEGER DEFAULT '0' NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    pause_reason TEXT,
    probe_after TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_partners PRIMARY KEY (id),
    CONSTRAINT uq_partners_organisation_id UNIQUE (organisation_id),
    CONSTRAINT fk_partners_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE TABLE person_addresses (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT DEFAULT 'home' NOT NULL,
    lines TEXT NOT NULL,
    postcode TEXT,
    uprn TEXT,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    from_on DATE,
    until_on DATE,
    CONSTRAINT pk_person_addresses PRIMARY KEY (id),
    CONSTRAINT fk_person_addresses_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id)
);

CREATE INDEX ix_person_addresses_person_id ON person_addresses (person_id);

CREATE TABLE person_contacts (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT,
    relationship_code TEXT,
    sensitivity TEXT DEFAULT 'ordinary' NOT NULL,
    CONSTRAINT pk_person_contacts PRIMARY KEY (id),
    CONSTRAINT fk_person_contacts_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id)
);

CREATE INDEX ix_person_contacts_person_id ON person_contacts (person_id);

CREATE TABLE person_identifiers (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    authority TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_person_identifiers PRIMARY KEY (id),
    CONSTRAINT uq_person_identifiers_organisation_id_authority_value UNIQUE (organisation_id, authority, value),
    CONSTRAINT fk_person_identifiers_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_person_identifiers_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_person_identifiers_person_id ON person_identifiers (person_id);

CREATE TABLE spells (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    feed_code TEXT,
    visit_number TEXT NOT NULL,
    status TEXT NOT NULL,
    patient_class TEXT,
    site TEXT,
    ward TEXT,
    bay TEXT,
    bed TEXT,
    admitted_at TIMESTAMP WITH TIME ZONE,
    discharged_at TIMESTAMP WITH TIME ZONE,
    expected_discharge_on DATE,
    medically_fit BOOLEAN,
    medically_fit_on DATE,
    discharge_method TEXT,
    discharge_destination TEXT,
    folded JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_spells PRIMARY KEY (id),
    CONSTRAINT uq_spells_organisation_id_visit_number UNIQUE (organisation_id, visit_number),
    CONSTRAINT fk_spells_person_id_persons FOREIGN KEY(person_id) REFERENCES persons (id),
    CONSTRAINT fk_spells_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_spells_person_id ON spells (person_id);

CREATE TABLE teams (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_teams PRIMARY KEY (id),
    CONSTRAINT uq_teams_organisation_id_code UNIQUE (organisation_id, code),
    CONSTRAINT fk_teams_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE TABLE alerts (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    rule TEXT NOT NULL,
    level TEXT NOT NULL,
    fact TEXT NOT NULL,
    threshold TEXT NOT NULL,
    source TEXT NOT NULL,
    owner_role TEXT NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    acknowledged_by UUID,
    escalations INTEGER NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_alerts PRIMARY KEY (id),
    CONSTRAINT fk_alerts_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_alerts_case_id ON alerts (case_id);

CREATE TABLE case_events (
    case_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    effective_on DATE NOT NULL,
    case_time TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    command_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_id UUID,
    role TEXT NOT NULL,
    reason TEXT,
    CONSTRAINT pk_case_events PRIMARY KEY (case_id, sequence),
    CONSTRAINT fk_case_events_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_case_events_command_id ON case_events (command_id);

CREATE TABLE case_owners (
    case_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    team_id UUID,
    user_id UUID,
    CONSTRAINT pk_case_owners PRIMARY KEY (case_id, organisation_id),
    CONSTRAINT fk_case_owners_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_case_owners_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE TABLE case_participants (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    role TEXT NOT NULL,
    basis TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    CONSTRAINT pk_case_participants PRIMARY KEY (id),
    CONSTRAINT uq_case_participants_case_id_organisation_id_from_on UNIQUE (case_id, organisation_id, from_on),
    CONSTRAINT fk_case_participants_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_case_participants_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_case_participants_case_id ON case_participants (case_id);
CREATE INDEX ix_case_participants_organisation_id ON case_participants (organisation_id);

CREATE TABLE case_spells (
    case_id UUID NOT NULL,
    spell_id UUID NOT NULL,
    CONSTRAINT pk_case_spells PRIMARY KEY (case_id, spell_id),
    CONSTRAINT fk_case_spells_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_case_spells_spell_id_spells FOREIGN KEY(spell_id) REFERENCES spells (id)
);

CREATE INDEX ix_case_spells_spell_id ON case_spells (spell_id);

CREATE TABLE delay_reasons (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    owner_role TEXT NOT NULL,
    owner_organisation_id UUID,
    from_on DATE NOT NULL,
    to_on DATE,
    CONSTRAINT pk_delay_reasons PRIMARY KEY (id),
    CONSTRAINT fk_delay_reasons_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_delay_reasons_case_id ON delay_reasons (case_id);

CREATE TABLE follow_ups (
    case_id UUID NOT NULL,
    key TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT,
    contacted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_follow_ups PRIMARY KEY (case_id, key),
    CONSTRAINT fk_follow_ups_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE outbox (
    sequence BIGINT GENERATED BY DEFAULT AS IDENTITY,
    key UUID NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id UUID NOT NULL,
    partner_id UUID,
    organisation_id UUID,
    payload JSONB NOT NULL,
    cause_command_id UUID,
    cause_inbox_id UUID,
    needs_basis BOOLEAN DEFAULT 'false' NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    relayed_at TIMESTAMP WITH TIME ZONE,
    attempts INTEGER DEFAULT '0' NOT NULL,
    last_attempt_at TIMESTAMP WITH TIME ZONE,
    error_code TEXT,
    error_detail TEXT,
    sent_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    acted_at TIMESTAMP WITH TIME ZONE,
    released_by UUID,
    released_reason TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (sequence),
    CONSTRAINT uq_outbox_key UNIQUE (key),
    CONSTRAINT fk_outbox_partner_id_partners FOREIGN KEY(partner_id) REFERENCES partners (id),
    CONSTRAINT fk_outbox_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);

CREATE INDEX ix_outbox_case_id ON outbox (case_id);
CREATE INDEX ix_outbox_dead ON outbox (sequence) WHERE state = 'dead';
CREATE INDEX ix_outbox_lane ON outbox (partner_id, case_id, sequence);
CREATE INDEX ix_outbox_unrelayed ON outbox (sequence) WHERE relayed_at IS NULL AND state IN ('pending', 'skipped');

CREATE TABLE ready_periods (
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    spell_id UUID,
    ready_on DATE NOT NULL,
    ended_on DATE,
    ended_by TEXT,
    CONSTRAINT pk_ready_periods PRIMARY KEY (id),
    CONSTRAINT fk_ready_periods_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_ready_periods_case_id ON ready_periods (case_id);

CREATE TABLE strands (
    case_id UUID NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    status TEXT NOT NULL,
    step TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    partner_id UUID,
    due_on DATE,
    started_on DATE NOT NULL,
    ended_on DATE,
    CONSTRAINT pk_strands PRIMARY KEY (case_id, key),
    CONSTRAINT fk_strands_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE users (
    id UUID NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    display_name TEXT NOT NULL,
    organisation_id UUID NOT NULL,
    role TEXT NOT NULL,
    team_id UUID,
    last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT fk_users_organisation_id_organisations FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_users_team_id_teams FOREIGN KEY(team_id) REFERENCES teams (id)
);
