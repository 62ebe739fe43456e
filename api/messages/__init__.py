"""Messages from feeds, and what became of each."""
