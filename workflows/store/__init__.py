"""The queries that workers need: the outbox, lanes, commands nobody executed, and what should be running."""
