"""What stands between a person and home."""
