"""Lists of codes for programs."""
