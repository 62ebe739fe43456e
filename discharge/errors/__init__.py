"""The one table of errors: the same code in HTTP, OperationOutcome, HL7 acknowledgement, page and log.

    Exception
    └── HomewardError        anything that we tell somebody about, by its code
        ├── Refused          a rule said no: nothing was changed, trying again changes nothing
        └── Unavailable      something we need is away: trying again later is right

`ERRORS[code]` gives the row. A detail holds a code, a count or a field name and never a person's data,
because details reach logs and workflow histories.

Columns: HTTP status; FHIR R4 issue type (value set issue-type, binding required); HL7 acknowledgement code
(table 0008) with error condition (table 0357), or none where HL7 never sees it; whether the sender should
try again; whose fault it is; a title; and words for a person that end in what to do. The rows lie beside this
file by what goes wrong: `messages`, `requests`, `access`, `refusals`, `outages`.

Rule for acknowledgements: an error answer blocks the sender's queue. So AR is kept for an envelope that
cannot be read, AE for our own outage, and everything else that was stored is accepted (AA) and listed for a
person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from discharge.errors.access import ACCESS
from discharge.errors.messages import MESSAGES
from discharge.errors.outages import OUTAGES
from discharge.errors.refusals import REFUSALS
from discharge.errors.requests import REQUESTS
from discharge.errors.row import Ack, ErrorRow, by_code

__all__ = [
    "ERRORS",
    "Ack",
    "ErrorRow",
    "HomewardError",
    "Refused",
    "Unavailable",
    "refuse_all",
    "refuse_together",
]

ERRORS: Mapping[str, ErrorRow] = MappingProxyType(by_code(MESSAGES, REQUESTS, ACCESS, REFUSALS, OUTAGES))


class HomewardError(Exception):
    """An error that is told to somebody by its code.

    `code` is a key of ERRORS (an unknown one is a KeyError here, at once). `detail` is a code, a count or a
    field name; `where` is a path such as "ServiceRequest.status" or "PID-3". Neither holds a person's data.
    `others` are what else refuses the same request, where several rules do.
    """

    def __init__(self, code: str, detail: str = "", where: str = "") -> None:
        self.row = ERRORS[code]
        self.detail = detail
        self.where = where
        self.others: tuple[HomewardError, ...] = ()
        super().__init__(code, detail, where)

    @property
    def code(self) -> str:
        """The key of the row in ERRORS."""
        return self.row.code

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code}{place}{detail}"


class Refused(HomewardError):
    """A rule of the case refuses the command; nothing was recorded."""


def refuse_all(refused: Sequence[HomewardError]) -> None:
    """Raise the first of what refuses, with the `others`; nothing where nothing does."""
    if refused:
        first, *others = refused
        first.others = tuple(others)
        raise first


def refuse_together(*rules: Callable[[], object]) -> None:
    """Ask every rule, and raise all that they refuse; what two rules find alike is said once."""
    refused: list[HomewardError] = []
    for rule in rules:
        try:
            rule()
        except HomewardError as refusal:
            refused += (refusal, *refusal.others)
    refuse_all(list({(each.code, each.detail, each.where): each for each in refused}.values()))


class Unavailable(HomewardError):
    """Something we depend on is away; the same call may succeed later."""
