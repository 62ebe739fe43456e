"""Safety: the restricted annex of a case. Named people alone read it, and nothing of it is in the case."""
