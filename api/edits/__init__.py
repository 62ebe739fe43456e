"""Messages edited by two people: one proposes, another decides."""
