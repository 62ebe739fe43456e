-- The roles stay: they belong to the whole cluster, and other databases may use them.
DROP TABLE facts, inbox, feeds, property_lets, properties, outbox, partners, follow_ups, alerts, strands, delay_reasons,
    ready_periods, case_spells, case_owners, case_participants, case_commands, case_events, cases, commands, notes,
    spells, person_contacts, person_addresses, person_identifiers, persons, users, teams, organisations,
    audit_reads, audit_writes, case_clock, heartbeats;
DROP FUNCTION homeward_unassigned_feed, homeward_fhir_feed, homeward_who_looked, homeward_open_case,
    homeward_resolve_person, homeward_surviving_person, homeward_one_person, homeward_lock_identity, homeward_my_cases,
    homeward_today, homeward_user, homeward_organisation, homeward_refuse_change;
