"""What every page is made of: its frame, components, words and tags."""
