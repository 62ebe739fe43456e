"""What a comparison needs from the record, and where its result is kept."""
