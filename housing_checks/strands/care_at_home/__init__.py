"""Care at home: the visits that somebody needs from the day on which they are back."""
