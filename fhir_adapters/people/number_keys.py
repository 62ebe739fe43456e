"""A number of a person as a short hash: messages are ordered and found by it, and it names nobody."""

import hashlib

LENGTH = 24


def number_key(number: str) -> str:
    """The key under which the inbox keeps a message that names a person by this number first."""
    return hashlib.sha256(number.encode()).hexdigest()[:LENGTH]
