"""The `homeward` command, the embedded stack and the operating files."""
