"""Running beside a trust's own discharge list: each day the two are compared, and nothing else happens."""
