"""Messages read again, edited, or sent again."""
