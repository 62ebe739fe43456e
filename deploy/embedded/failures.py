"""What can keep the embedded stack from running, each told to a person as a sentence.

CannotRun
├── PortTaken      another program listens where a part of ours should
├── DataInUse      another supervisor, alive, owns the data directory
├── PartFailed     a part did not come up, or a program that prepares one failed
└── NotInstalled   a program or a system user that a part needs is not here
"""

from __future__ import annotations


class CannotRun(Exception):
    """The message says what is in the way and what to do about it."""


class PortTaken(CannotRun):
    """Names the port and the option that changes it."""


class DataInUse(CannotRun):
    """Names the directory and its owner."""


class PartFailed(CannotRun):
    """Names the part, why, and where its log is."""


class NotInstalled(CannotRun):
    """Names what is missing and how to get it."""
