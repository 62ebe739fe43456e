"""Photos and documents that show how an answer of the check is known."""
