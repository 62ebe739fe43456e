"""What each role may do: one table, asked by the API, the pages (which buttons to show) and late commands.

Which *cases* somebody may touch is another question, answered by participation and by PostgreSQL. A
permission only says what a role does at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from discharge.errors import HomewardError

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


@dataclass(frozen=True, slots=True)
class Permission:
    """One action, the roles that do it, and the words a person reads for it."""

    action: str
    roles: frozenset[Role]
    words: str


TEAM: Role = "discharge-team"
COORDINATOR: Role = "coordinator"
MONITOR: Role = "trust-monitor"
OPERATOR: Role = "operator"
ADMIN: Role = "admin"
SYSTEM: Role = "system"

_CASEWORK = (TEAM, COORDINATOR)
_CASEWORK_OR_SYSTEM = (TEAM, COORDINATOR, SYSTEM)
_HOME = (COORDINATOR,)
_HOME_OR_SYSTEM = (COORDINATOR, SYSTEM)
_WARD_OR_SYSTEM = (TEAM, SYSTEM)
_READERS = (TEAM, COORDINATOR, MONITOR, SYSTEM)

_TABLE: tuple[tuple[str, tuple[Role, ...], str], ...] = (
    ("case.list", _READERS, "See the worklist"),
    ("case.read", _READERS, "Open a case"),
    ("case.search", _CASEWORK_OR_SYSTEM, "Find a person or a case"),
    ("command.read", _READERS, "See what became of a request"),
    ("referrals.create", _CASEWORK_OR_SYSTEM, "Refer a person"),
    ("referral.accept", _HOME_OR_SYSTEM, "Accept a referral"),
    ("referral.return", _HOME_OR_SYSTEM, "Return a referral with a reason"),
    ("case.assign", _CASEWORK, "Say who owns the case"),
    ("case.participants", _CASEWORK, "Say which organisations take part"),
    ("case.join-spell", _CASEWORK, "Join the case to a hospital stay"),
    ("case.close", _HOME_OR_SYSTEM, "Close the case"),
    ("case.side-exit", _CASEWORK_OR_SYSTEM, "Record that the person withdrew, died, left or went elsewhere"),
    ("case.reopen", _CASEWORK, "Open a closed case again"),
    ("case.merge", (COORDINATOR, ADMIN), "Join two cases of one person"),
    ("consent.record", _CASEWORK_OR_SYSTEM, "Record consent or another basis for sharing"),
    ("consent.withdraw", _CASEWORK_OR_SYSTEM, "Record that consent was withdrawn"),
    ("criteria.record", _WARD_OR_SYSTEM, "Record whether the person meets the criteria to reside"),
    ("dates.record", _CASEWORK_OR_SYSTEM, "Set the expected date of discharge or the needed-by date"),
    ("delays.record", _CASEWORK_OR_SYSTEM, "Record why the person waits"),
    ("homelessness.record", _CASEWORK_OR_SYSTEM, "Record homelessness and the duty to refer"),
    ("check.start", _HOME_OR_SYSTEM, "Begin the suitability check"),
    ("check.complete", _HOME_OR_SYSTEM, "Complete the suitability check"),
    ("gate.set", _CASEWORK_OR_SYSTEM, "Answer a gated item"),
    ("gate.mitigate", _CASEWORK_OR_SYSTEM, "Name who makes a gated item safe"),
    ("strand.start", _HOME_OR_SYSTEM, "Open an order, a rehousing or another strand"),
    ("strand.advance", _HOME_OR_SYSTEM, "Record progress of a strand"),
    ("strand.complete", _HOME_OR_SYSTEM, "Record that a strand is done"),
    ("strand.cancel", _HOME_OR_SYSTEM, "Cancel a strand"),
    ("strand.match", _HOME_OR_SYSTEM, "Find homes that fit"),
    ("strand.offer", _HOME_OR_SYSTEM, "Offer a home"),
    ("strand.answer", _HOME_OR_SYSTEM, "Record the person's answer to an offer"),
    ("strand.let", _HOME_OR_SYSTEM, "Let a home"),
    ("discharge.confirm", _WARD_OR_SYSTEM, "Confirm that the person left hospital"),
    ("discharge.cancel", _WARD_OR_SYSTEM, "Record that the discharge did not happen"),
    ("followup.record", _CASEWORK_OR_SYSTEM, "Record a contact after discharge"),
    ("readmission.record", _CASEWORK_OR_SYSTEM, "Record that the person is back in hospital"),
    ("alerts.read", (TEAM, COORDINATOR, MONITOR), "See alerts"),
    ("alerts.acknowledge", _CASEWORK, "Take an alert on"),
    ("properties.read", (COORDINATOR, SYSTEM, ADMIN), "See homes that can be let"),
    ("properties.edit", (COORDINATOR, SYSTEM, ADMIN), "Add or change homes that can be let"),
    ("reports.read", (TEAM, COORDINATOR, MONITOR, ADMIN), "See bed days and other reports"),
    ("messages.read", (OPERATOR, ADMIN), "See messages and how they were used"),
    ("messages.send", (SYSTEM, OPERATOR), "Send messages to Homeward"),
    ("messages.release", (OPERATOR,), "Replay a parked message"),
    ("deadletters.read", (OPERATOR, ADMIN), "See items that a partner refused"),
    ("deadletters.release", (OPERATOR,), "Release, replace or skip a refused item"),
    ("audit.read", (ADMIN,), "See who looked at what"),
    ("admin.people", (ADMIN,), "Change people, teams and roles"),
    ("admin.partners", (ADMIN,), "Change partners and sharing agreements"),
    ("admin.feeds", (ADMIN, OPERATOR), "Change feeds"),
    ("admin.status", (ADMIN, OPERATOR), "See whether all parts are running"),
)

PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {action: Permission(action, frozenset(roles), words) for action, roles, words in _TABLE}
)


def allowed(role: str, action: str) -> bool:
    """Whether a role does an action. An unknown role does nothing; an unknown action is a KeyError."""
    return role in PERMISSIONS[action].roles


def require(role: str, action: str) -> None:
    """Raise role-not-allowed unless the role does the action."""
    if not allowed(role, action):
        raise HomewardError("role-not-allowed", detail=action)


def actions_for(role: str, among: Iterable[str] = PERMISSIONS) -> list[Permission]:
    """Return a role's permissions in the order of the table: what its pages show buttons for."""
    wanted = frozenset(among)
    return [row for row in PERMISSIONS.values() if row.action in wanted and role in row.roles]
