"""Code lists as versioned data: every row has a source and the dates between which it holds.

`LISTS` names every list; `lookup("tenures", "owner", on)` asks one by its name.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from discharge.codes import (
    admissions,
    after_discharge,
    capacity,
    casework,
    choice,
    contact_details,
    delay_reasons,
    destinations,
    hazards,
    participation,
    people,
)
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code

_ALL: tuple[ListByEdition[Code], ...] = tuple(
    found
    for module in (
        delay_reasons,
        destinations,
        admissions,
        casework,
        after_discharge,
        participation,
        people,
        contact_details,
        hazards,
        capacity,
        choice,
    )
    for found in vars(module).values()
    if isinstance(found, ListByEdition)
)

LISTS: Mapping[str, ListByEdition[Code]] = MappingProxyType({found.name: found for found in _ALL})


def lookup(name: str, code: str, on: date, where: str = "") -> Code:
    """Return the row of a code in a named list on a day; raises code-not-in-value-set."""
    return LISTS[name].lookup(code, on, where)
