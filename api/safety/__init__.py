"""The restricted annex: the safety questions, what named people read and do, and one line for everybody."""
