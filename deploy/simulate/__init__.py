"""A hospital and its people, played against a running stack through its public doors only."""
