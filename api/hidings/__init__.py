"""People whom an organisation hid."""
