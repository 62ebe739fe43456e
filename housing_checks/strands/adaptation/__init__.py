"""Adaptations to a home: what there is, what it costs, how long it takes."""
