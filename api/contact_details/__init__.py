"""Whom to call about a case: what feeds said, corrected by staff."""
