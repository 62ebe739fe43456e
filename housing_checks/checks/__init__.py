"""The home suitability check: its form as data, and its rules."""
