"""The home suitability check."""
