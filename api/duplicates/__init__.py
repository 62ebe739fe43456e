"""Records that may be one person, and merges."""
