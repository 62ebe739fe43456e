"""Cases: on a page, and for programs."""
