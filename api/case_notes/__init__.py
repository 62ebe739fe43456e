"""Notes on a case, and words of answers: withdrawn, or moved to the people named for safety."""
