"""Documents and forms about a person."""
