"""Rehousing: homes, needs, matching, offers and lets."""
