"""As what an organisation takes part in a case, and which relation to the case that gives it.

The stored code of a participation decides access, so a code that this list does not know gives the least.
"""

from dataclasses import dataclass

from discharge.codes.model import Code, CodeList
from discharge.roles import Relation

OURS = "Homeward"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRole(Code):
    """One way to take part. `named` says that people choose it; the others are given by what happened."""

    relation: Relation
    named: bool = True


_Row = tuple[str, str, Relation, bool]

_ROWS: tuple[_Row, ...] = (
    ("trust", "Hospital trust responsible for the person", "responsible-trust", True),
    ("housing-health", "Housing lead", "housing-lead", True),
    ("referrer", "Referrer", "referrer", True),
    ("community-referrer", "Referrer from outside hospital", "referrer", False),
    ("council", "The council", "council", True),
    ("adult-social-care", "Adult social care", "council", True),
    ("landlord", "The landlord", "landlord", True),
    ("adaptations-service", "Adaptations service", "supplier", True),
    ("equipment-service", "Equipment service", "supplier", True),
    ("care-provider", "Care provider", "supplier", True),
    ("partner", "Does work for the case", "supplier", False),
)

PARTICIPANT_ROLES = CodeList(
    "participant-roles",
    tuple(
        ParticipantRole(code=code, label=label, source=OURS, relation=relation, named=named)
        for code, label, relation, named in _ROWS
    ),
)
