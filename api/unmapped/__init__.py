"""Coded values that no feed profile maps."""
