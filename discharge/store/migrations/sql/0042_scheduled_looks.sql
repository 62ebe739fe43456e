-- A strand's workflow notes, as a case's does, the machine instant at which it looks again: one that did not is found here.
ALTER TABLE strands ADD COLUMN next_look_at TIMESTAMP WITH TIME ZONE;
-- What runs on a schedule is heard of seldom; it says itself by when it is late.
ALTER TABLE heartbeats ADD COLUMN due_at TIMESTAMP WITH TIME ZONE;
