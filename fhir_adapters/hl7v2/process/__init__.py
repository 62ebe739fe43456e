"""Rules for facts that are there: spells, moves, what stands, what waits for a person; pure."""
