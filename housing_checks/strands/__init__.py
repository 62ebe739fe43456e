"""Strands of making ready: their kinds as data, their rules and their clocks."""
