"""Hazards at home: the rating schemes, what follows by tenure and severity, clocks, and the gate."""
