"""Hazards at home: what follows by the landlord and the severity, and what is due."""
