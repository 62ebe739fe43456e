"""Tables about homes, and their projections of the case."""
