"""What workflows have done for them: thin activities around plain functions, one file a side effect."""
