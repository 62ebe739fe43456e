-- What the bed-days report adds up, kept beside each case. A case that was recorded before is counted by a worker
-- (discharge/store/count_anew.py), and read whole by reports until then.
ALTER TABLE cases ADD COLUMN counted_version INTEGER;
CREATE INDEX ix_cases_uncounted ON cases (id) WHERE counted_version IS DISTINCT FROM version;

CREATE TABLE counted_stays (
    case_id UUID NOT NULL,
    number INTEGER NOT NULL,
    closed_on DATE,
    ended_on DATE,
    died BOOLEAN NOT NULL,
    published INTEGER,
    "true" INTEGER,
    assumed BOOLEAN NOT NULL,
    held INTEGER,
    without_reason INTEGER,
    outside INTEGER NOT NULL,
    back_after INTEGER,
    back_kind TEXT,
    failed BOOLEAN NOT NULL,
    attributed JSONB,
    span_from DATE[] NOT NULL,
    span_to DATE[] NOT NULL,
    span_code TEXT[] NOT NULL,
    span_held BOOLEAN[] NOT NULL,
    span_published BOOLEAN[] NOT NULL,
    CONSTRAINT pk_counted_stays PRIMARY KEY (case_id, number),
    CONSTRAINT fk_counted_stays_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_counted_stays_ended_on ON counted_stays (ended_on) WHERE ended_on IS NOT NULL;
CREATE INDEX ix_counted_stays_waiting ON counted_stays (case_id) WHERE ended_on IS NULL;

CREATE TABLE counted_lettings (
    case_id UUID NOT NULL,
    number INTEGER NOT NULL,
    closed_on DATE,
    started_on DATE NOT NULL,
    let_on DATE NOT NULL,
    CONSTRAINT pk_counted_lettings PRIMARY KEY (case_id, number),
    CONSTRAINT fk_counted_lettings_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_counted_lettings_let_on ON counted_lettings (let_on);

-- Figures are for those who lead a case, as the table of permissions has it; names and wards are not in here.
DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['counted_stays', 'counted_lettings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY api_reads ON %I FOR SELECT TO homeward_api USING (EXISTS ('
            'SELECT FROM case_participants AS own WHERE own.case_id = %I.case_id '
            'AND own.organisation_id = (SELECT homeward_organisation()) '
            'AND own.relation IN (''responsible-trust'', ''housing-lead'') '
            'AND own.from_on <= (SELECT homeward_today()) '
            'AND (own.until_on IS NULL OR own.until_on > (SELECT homeward_today()))))', tab, tab);
        EXECUTE format('CREATE POLICY worker_works ON %I TO homeward_worker USING (true) WITH CHECK (true)', tab);
        EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tab);
    END LOOP;
END
$$;
GRANT SELECT ON counted_stays, counted_lettings TO homeward_api, homeward_worker;
GRANT INSERT, UPDATE, DELETE ON counted_stays, counted_lettings TO homeward_worker;
