"""Whom to call about a person, and how their number came to be known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.codes.participation import PARTICIPANT_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRole(Code):
    """Somebody to call. One that is `expected` is missed in every case where nobody is known, one that is
    `expected_with` a role of an organisation where one takes part in it.
    """

    expected: bool = False
    expected_with: str = ""


def _faults(rows: Mapping[str, ContactRole]) -> Iterator[str]:
    for code, row in rows.items():
        if row.expected_with and not PARTICIPANT_ROLES.known(row.expected_with):
            yield (
                f"{code}.expected_with: {row.expected_with!r} is no role of an organisation - choose from "
                f"{PARTICIPANT_ROLES.name}"
            )


CONTACT_ROLES = code_list("contact-roles", ContactRole, check=_faults)
CONTACT_SOURCES = code_list("contact-sources", Code)
