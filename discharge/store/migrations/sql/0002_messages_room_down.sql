DROP FUNCTION homeward_open_alarms, homeward_people_of_messages, homeward_resend, homeward_decide_edit;
DROP TRIGGER bytes_never_change ON inbox;
DROP TRIGGER edit_waits_for_approval ON inbox;
DROP TRIGGER edit_begins_as_proposal ON inbox;
DROP FUNCTION homeward_refuse_other_bytes, homeward_edit_waits;
DROP TABLE alarms, alarm_rules, message_edits, replay_items, replays;
DROP INDEX ix_persons_family_name, ix_person_identifiers_value, ix_outbox_resent_from, ix_outbox_cause_inbox,
    ix_inbox_edited_from, ix_inbox_asks, ix_inbox_type, ix_inbox_feed, ix_inbox_organisation;
CREATE INDEX ix_inbox_organisation ON inbox (organisation_id, sequence);
ALTER TABLE outbox DROP COLUMN resent_from;
ALTER TABLE inbox DROP COLUMN read_by, DROP COLUMN edited_from;
