"""Who may know where a hidden person is."""
