"""Photos and documents on items of the home check."""
