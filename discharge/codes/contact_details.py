"""Whom to call about a person, and how their number came to be known."""

from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRole(Code):
    """Somebody to call. One that is `expected` is missed in every case where nobody is known."""

    expected: bool = False


CONTACT_ROLES = code_list("contact-roles", ContactRole)
CONTACT_SOURCES = code_list("contact-sources", Code)
