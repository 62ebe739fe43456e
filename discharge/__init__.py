"""The case and its rules: what a discharge held up by a home is, and what may happen to it next."""
