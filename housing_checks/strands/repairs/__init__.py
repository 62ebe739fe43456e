"""Repairs, cleaning and clearing: what has to be done to a home before somebody can live there safely."""
