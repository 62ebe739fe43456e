"""What came in, raw, and the facts that were read from it."""
