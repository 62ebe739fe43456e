"""Who looked at what: every look at a record of a person is noted."""
