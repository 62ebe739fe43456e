"""Community equipment: what there is, what it costs, how fast it comes."""
