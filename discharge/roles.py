"""Roles of people and systems, relations of organisations to a case, and the groups that tables name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal["discharge-team", "coordinator", "trust-monitor", "operator", "admin", "system"]
ROLES: tuple[Role, ...] = get_args(Role)

ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        "discharge-team": "Integrated discharge team",
        "coordinator": "Housing and health coordinator",
        "trust-monitor": "Trust, partner or commissioner",
        "operator": "Operator of messages and servers",
        "admin": "Administrator",
        "system": "A connected system",
    }
)


Relation = Literal["responsible-trust", "housing-lead", "referrer", "council", "landlord", "supplier", "own"]
"""What an organisation is to a case; `own` is the person whose case it is."""

RELATIONS: tuple[Relation, ...] = get_args(Relation)

RELATION_WORDS: Mapping[Relation, str] = MappingProxyType(
    {
        "responsible-trust": "Responsible trust",
        "housing-lead": "Housing lead",
        "referrer": "Referrer",
        "council": "Council",
        "landlord": "Landlord",
        "supplier": "Supplier",
        "own": "The person",
    }
)


TEAM: Role = "discharge-team"
COORDINATOR: Role = "coordinator"
MONITOR: Role = "trust-monitor"
OPERATOR: Role = "operator"
ADMIN: Role = "admin"
SYSTEM: Role = "system"

CASEWORK = (TEAM, COORDINATOR)
CASEWORK_OR_SYSTEM = (TEAM, COORDINATOR, SYSTEM)
HOME_OR_SYSTEM = (COORDINATOR, SYSTEM)
WARD_OR_SYSTEM = (TEAM, SYSTEM)
READERS = (TEAM, COORDINATOR, MONITOR, SYSTEM)

NOBODY: tuple[Role, ...] = ()

LEADS: tuple[Relation, ...] = ("responsible-trust", "housing-lead")
"""Who alone lets others in, ends a part, closes, withdraws or marks in error."""
TRUST: tuple[Relation, ...] = ("responsible-trust",)
HOUSING: tuple[Relation, ...] = ("housing-lead",)
REFERRING: tuple[Relation, ...] = (*LEADS, "referrer")
CARE: tuple[Relation, ...] = (*LEADS, "referrer", "council")
PARTS: tuple[Relation, ...] = (*CARE, "landlord", "supplier")
WORKING: tuple[Relation, ...] = (*LEADS, "council", "landlord", "supplier")
EVERYBODY: tuple[Relation, ...] = (*PARTS, "own")

OWN_WORK_ONLY: frozenset[Relation] = frozenset({"council", "landlord", "supplier"})
"""Who does something to a strand only where the strand names it as partner."""
