CREATE INDEX ix_case_participants_relation ON case_participants (organisation_id, relation);
