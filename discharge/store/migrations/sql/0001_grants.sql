-- Only what each role's work needs, column by column where it changes something.
GRANT USAGE ON SCHEMA public TO homeward_api, homeward_worker;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO homeward_api, homeward_worker;

GRANT INSERT ON commands, notes, inbox, audit_reads, audit_writes, users TO homeward_api;
GRANT UPDATE (lease_until, acknowledged_at) ON commands TO homeward_api;
GRANT UPDATE (times_received, last_received_at) ON inbox TO homeward_api;
GRANT UPDATE (last_heard_at, last_case_time) ON feeds TO homeward_api;
GRANT UPDATE (display_name, organisation_id, role, team_id, last_seen_at) ON users TO homeward_api;
GRANT UPDATE (key, payload, state, relayed_at, attempts, error_code, error_detail, released_by, released_reason)
    ON outbox TO homeward_api;
GRANT INSERT, UPDATE ON heartbeats TO homeward_api;

GRANT INSERT ON case_events, case_commands, audit_reads, audit_writes, case_clock, inbox, notes TO homeward_worker;
GRANT INSERT, UPDATE ON cases, commands, outbox, partners, feeds, heartbeats, users TO homeward_worker;
GRANT UPDATE ON inbox TO homeward_worker;
GRANT UPDATE (text, sensitivity), DELETE ON notes TO homeward_worker;
GRANT INSERT, UPDATE, DELETE ON persons, person_identifiers, person_addresses, person_contacts, spells, facts,
    case_participants, case_owners, case_spells, ready_periods, delay_reasons, strands, alerts, follow_ups,
    properties, property_lets TO homeward_worker;
