"""Alerts, as the page shows them."""
