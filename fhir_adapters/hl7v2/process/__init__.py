"""Rules for facts: spells, moves, events that stand, causes why a message waits for a person; pure."""
