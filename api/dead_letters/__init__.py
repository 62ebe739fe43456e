"""Items that a partner refused, and the partners."""
