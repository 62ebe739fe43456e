"""Feeds, their profiles, and the parts of the system."""
