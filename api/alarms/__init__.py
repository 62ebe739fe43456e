"""Alarms about messages."""
