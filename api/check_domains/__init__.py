"""The check of a case by domain."""
