"""Who somebody is to the person, as feeds send it."""

from __future__ import annotations

from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code

NEXT_OF_KIN = "next-of-kin"
FOUND_FIRST = ("key-holder", "carer")
"""Of somebody who is several things to the person, what they are called as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship(Code):
    """Who somebody is to the person; `role` is what they are called as, a code of the list contact-roles."""

    role: str = NEXT_OF_KIN


RELATIONSHIPS = code_list("relationships", Relationship)


def contact_role(*received: str) -> str:
    """As whom somebody is called of whom a message says these relationships (NK1-3, NK1-7): who holds a key
    or cares for the person is found by that first. Codes and words as received.
    """
    rows = (RELATIONSHIPS.newest(_written(each)) or RELATIONSHIPS.newest(each) for each in received)
    said = {row.role for row in rows if row is not None}
    return next((role for role in FOUND_FIRST if role in said), NEXT_OF_KIN)


def _written(received: str) -> str:
    """A word as hospitals write it, without what stands between its parts."""
    return "".join(each for each in received.upper() if each.isalnum())
