"""Many messages in one transaction: taken together, loaded at once, applied in order, written at once."""
