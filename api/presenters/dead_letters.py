"""Refused items, as the page shows them."""
