"""Homes that can be let."""
