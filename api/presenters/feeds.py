"""Feeds, as the page shows them."""
