"""Commands: taken from a page or a program, carried out, and answered."""
