"""The users of an organisation."""
