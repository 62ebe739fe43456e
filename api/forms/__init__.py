"""Forms for commands, as data: a page for each kind that a person may ask for."""
