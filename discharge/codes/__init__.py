"""Code lists as versioned data: every row has a source and the dates between which it holds."""
