"""The rooms of the MLLP listener: doors, conversations, answers, limits, and what is counted."""
