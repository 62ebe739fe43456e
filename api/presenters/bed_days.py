"""Bed days, as the page shows them."""
