"""Feed profiles: what one trust's system means by its fields, as data."""
