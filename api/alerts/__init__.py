"""Alerts about cases."""
