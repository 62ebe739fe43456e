"""One person's case: its coded state, commands that ask, events that happened, and the rules between."""
