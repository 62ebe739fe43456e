-- When time alone may next change a case: the machine instant of its workflow's timer. A sweep finds those whose look is
-- overdue; a case that nothing is due of has none.
ALTER TABLE cases ADD COLUMN next_look_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_cases_next_look ON cases (next_look_at) WHERE next_look_at IS NOT NULL;
