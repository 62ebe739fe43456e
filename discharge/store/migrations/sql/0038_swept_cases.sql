-- When an open case was last held against its events, and in what it differed from them: names of fields and tables.
ALTER TABLE cases
    ADD COLUMN swept_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN differs text;
CREATE INDEX ix_cases_swept ON cases (swept_at) WHERE closed_on IS NULL;
CREATE INDEX ix_cases_differing ON cases (referrer_id) WHERE differs IS NOT NULL;
