"""The commands of `homeward`, one file a command."""
