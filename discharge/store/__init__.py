"""The record: PostgreSQL is the truth, and what everybody reads. Rules never import this package."""
