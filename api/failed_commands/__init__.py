"""Commands that a case could not record."""
