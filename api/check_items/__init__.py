"""Single items of the check of a case: answered by several people, at any stage."""
