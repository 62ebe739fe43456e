-- A sender's own number of a referral names one referral: it is looked up before each is taken, and by FHIR searches.
CREATE INDEX ix_commands_referral_number ON commands (organisation_id, (envelope #>> '{command,external_id}'))
    WHERE kind = 'refer';
CREATE INDEX ix_cases_external_id ON cases (external_id) WHERE external_id IS NOT NULL;
