"""What each role may do: one table, asked by the API, the pages (which buttons to show) and late commands.

Which *cases* somebody may touch is another question, answered by participation and by PostgreSQL. A
permission only says what a role does at all.
"""

from collections.abc import Mapping
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

_Rows = tuple[tuple[str, tuple[Role, ...], str], ...]

_CASEWORK = (TEAM, COORDINATOR)
_CASEWORK_OR_SYSTEM = (TEAM, COORDINATOR, SYSTEM)
_HOME_OR_SYSTEM = (COORDINATOR, SYSTEM)
_WARD_OR_SYSTEM = (TEAM, SYSTEM)
_READERS = (TEAM, COORDINATOR, MONITOR, SYSTEM)

_NOBODY: tuple[Role, ...] = ()

_READING: _Rows = (
    ("case.list", _READERS, "See the worklist"),
    ("case.read", _READERS, "Open a case"),
    ("case.search", _CASEWORK_OR_SYSTEM, "Find a person or a case"),
    ("document.read", (TEAM, COORDINATOR, SYSTEM), "Open documents that the hospital sent"),
    ("document.read-restricted", (TEAM,), "Open documents that the hospital restricted"),
    ("command.read", _READERS, "See what became of a request"),
    ("alerts.read", (TEAM, COORDINATOR, MONITOR), "See alerts"),
    ("properties.read", (COORDINATOR, SYSTEM, ADMIN), "See homes that can be let"),
    ("properties.edit", (COORDINATOR, SYSTEM, ADMIN), "Add or change homes that can be let"),
    ("reports.read", (TEAM, COORDINATOR, MONITOR, ADMIN), "See bed days and other reports"),
)

_COMMANDS: _Rows = (
    ("refer", _CASEWORK_OR_SYSTEM, "Refer a person"),
    ("accept-referral", _HOME_OR_SYSTEM, "Accept the referral"),
    ("return-referral", _HOME_OR_SYSTEM, "Return the referral with a reason"),
    ("amend-referral", (SYSTEM,), "Restate what the referral asks for"),
    ("withdraw-referral", _CASEWORK_OR_SYSTEM, "Withdraw the referral"),
    ("assign-owner", _CASEWORK, "Say who owns the case"),
    ("add-participant", _CASEWORK, "Let an organisation take part"),
    ("end-participation", _CASEWORK, "End an organisation's part"),
    ("record-sharing-basis", _CASEWORK_OR_SYSTEM, "Record consent or another basis for sharing"),
    ("withdraw-sharing-basis", _CASEWORK_OR_SYSTEM, "Record that the basis for sharing ended"),
    ("join-spell", _CASEWORK, "Join the case to a hospital stay"),
    ("set-criteria-to-reside", _WARD_OR_SYSTEM, "Record whether the criteria to reside are met"),
    ("correct-ready-period", _WARD_OR_SYSTEM, "Correct a ready period"),
    ("set-expected-discharge-date", _WARD_OR_SYSTEM, "Set the expected date of discharge"),
    ("set-needed-by", _CASEWORK_OR_SYSTEM, "Set the day the home is needed by"),
    ("record-delay-reason", _CASEWORK_OR_SYSTEM, "Record why the person waits"),
    ("end-delay-reason", _CASEWORK_OR_SYSTEM, "End a reason for waiting"),
    ("flag-homelessness", _CASEWORK_OR_SYSTEM, "Record homelessness"),
    ("record-duty-to-refer", _CASEWORK_OR_SYSTEM, "Record that the council was told (duty to refer)"),
    ("acknowledge-duty-to-refer", _CASEWORK_OR_SYSTEM, "Record that the council answered"),
    ("start-check", _HOME_OR_SYSTEM, "Begin the suitability check"),
    ("complete-check", _HOME_OR_SYSTEM, "Complete the suitability check"),
    ("confirm-item", _CASEWORK_OR_SYSTEM, "Answer a gated item"),
    ("name-mitigation", _CASEWORK_OR_SYSTEM, "Name who makes a gated item safe"),
    ("withdraw-mitigation", _CASEWORK_OR_SYSTEM, "Withdraw a mitigation"),
    ("start-strand", _HOME_OR_SYSTEM, "Open an order, a rehousing or another strand"),
    ("move-strand", _HOME_OR_SYSTEM, "Record progress of a strand"),
    ("cancel-strand", _HOME_OR_SYSTEM, "Cancel a strand"),
    ("offer-property", _HOME_OR_SYSTEM, "Offer a home"),
    ("answer-offer", _HOME_OR_SYSTEM, "Record the person's answer to an offer"),
    ("let-property", _HOME_OR_SYSTEM, "Let a home"),
    ("confirm-discharge", _WARD_OR_SYSTEM, "Confirm that the person left hospital"),
    ("cancel-discharge", _WARD_OR_SYSTEM, "Record that the discharge did not happen"),
    ("record-death", _CASEWORK_OR_SYSTEM, "Record that the person died"),
    ("record-contact", _CASEWORK_OR_SYSTEM, "Record a contact after discharge"),
    ("acknowledge-alert", _CASEWORK, "Take an alert on"),
    ("close-case", _HOME_OR_SYSTEM, "Close the case"),
    ("reopen-case", _CASEWORK, "Open a closed case again"),
    ("enter-in-error", (COORDINATOR, ADMIN), "Mark the case as entered in error"),
)

# Homeward tells itself these, from its own workflows and feeds: no door takes them from anybody.
_OWN: _Rows = (
    ("note-hospital-facts", _NOBODY, "Note what the trust's feed says"),
    ("note-merge", _NOBODY, "Note that two people are one"),
    ("note-unmerge", _NOBODY, "Note that two people are two after all"),
    ("report-from-strand", _NOBODY, "Note what a strand found"),
    ("strike-clock", _NOBODY, "Look at the rules again"),
)

_RUNNING: _Rows = (
    ("messages.read", (OPERATOR, ADMIN), "See messages and how they were used"),
    ("messages.send", (SYSTEM, OPERATOR), "Send messages to Homeward"),
    ("messages.release", (OPERATOR,), "Have messages read again, or propose an edited one"),
    ("messages.approve", (OPERATOR, ADMIN), "Approve or decline a message that somebody else edited"),
    ("duplicates.read", (OPERATOR, ADMIN, COORDINATOR), "See records that may be one person"),
    ("duplicates.decide", (OPERATOR, COORDINATOR), "Decide whether two records are one person"),
    ("merges.undo", (OPERATOR,), "Undo a merge of two records"),
    ("deadletters.read", (OPERATOR, ADMIN), "See items that a partner refused"),
    ("deadletters.release", (OPERATOR,), "Release, replace or skip a refused item"),
    ("shadow.read", (MONITOR, OPERATOR), "See how a trust's own list compares"),
    ("shadow.import", (MONITOR, OPERATOR), "Compare a trust's own list"),
    ("audit.read", (ADMIN,), "See who looked at what"),
    ("admin.people", (ADMIN,), "Change people, teams and roles"),
    ("admin.partners", (ADMIN,), "Change partners and sharing agreements"),
    ("admin.feeds", (ADMIN, OPERATOR), "Change feeds"),
    ("admin.status", (ADMIN, OPERATOR), "See whether all parts are running"),
)

PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        action: Permission(action, frozenset(roles), words)
        for action, roles, words in _READING + _COMMANDS + _OWN + _RUNNING
    }
)


def allowed(role: str, action: str) -> bool:
    """Whether a role does an action. An unknown role does nothing; an unknown action is a KeyError."""
    return role in PERMISSIONS[action].roles


def require(role: str, action: str) -> None:
    """Raise role-not-allowed unless the role does the action."""
    if not allowed(role, action):
        raise HomewardError("role-not-allowed", detail=action)
