"""Risk rules in shadow beside those in force."""
