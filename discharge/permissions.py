"""What each role may do, and in which relation to a case: one table, asked by the API, the pages (which
buttons to show) and late commands.

Two things are asked of whoever acts on a case: does their role do this at all, and does their organisation's
relation to this case include it? The relation comes from the participants of the case
(`discharge.cases.relations`); what each relation may *see* is in `discharge.sight`. Which cases exist for an
organisation is PostgreSQL's answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from discharge.cases.commands import DECLARED
from discharge.errors import HomewardError
from discharge.roles import (
    ADMIN,
    CARE,
    CASEWORK,
    CASEWORK_OR_SYSTEM,
    COORDINATOR,
    EVERYBODY,
    LEADS,
    MONITOR,
    OPERATOR,
    PARTS,
    READERS,
    REFERRING,
    SYSTEM,
    TEAM,
    TRUST,
    Relation,
    Role,
)


@dataclass(frozen=True, slots=True)
class Permission:
    """One action, the roles that do it, and the words a person reads for it.

    `relations` are those in which an organisation does it on a case; empty where the action is about no case.
    """

    action: str
    roles: frozenset[Role]
    words: str
    relations: frozenset[Relation] = frozenset()


_Rows = tuple[tuple[str, tuple[Role, ...], str], ...]
_CaseRows = tuple[tuple[str, tuple[Role, ...], tuple[Relation, ...], str], ...]

_READING: _CaseRows = (
    ("case.read", READERS, EVERYBODY, "Open a case"),
    ("case.follow", READERS, CARE, "See what happened to a case"),
    ("case.told", READERS, REFERRING, "See what was sent to partners about a case"),
    ("case.looks", READERS, (*LEADS, "own"), "See who looked at a case"),
    ("case.notes", READERS, CARE, "Read notes of others about a case"),
    (
        "notes.withdraw",
        CASEWORK,
        PARTS,
        "Withdraw words that do not belong on a case, or give them to the people named for safety",
    ),
    ("case.contacts", READERS, CARE, "See who to call: the person, next of kin, their practice"),
    ("contacts.edit", CASEWORK_OR_SYSTEM, CARE, "Record and correct who to call"),
    ("case.messages", READERS, LEADS, "See the messages about the person of a case"),
    ("document.read", (TEAM, COORDINATOR, SYSTEM), LEADS, "Open documents that the hospital sent"),
    ("document.read-restricted", (TEAM,), TRUST, "Open documents that the hospital restricted"),
    (
        "evidence.read",
        (TEAM, COORDINATOR, SYSTEM),
        PARTS,
        "See photos and documents of the home check and of hazards; who is asked about a hazard, its own",
    ),
    ("place.name", (TEAM,), TRUST, "Name people who may see a hidden person's ward"),
    ("safety.ask", CASEWORK, CARE, "Answer the safety questions"),
    ("alerts.read", READERS, CARE, "See alerts"),
    ("reports.read", (TEAM, COORDINATOR, MONITOR, ADMIN), LEADS, "See bed days and other reports"),
)

# Whoever acts here has no case yet, or many; each case on a list is shown as its relation allows.
_BESIDE: _Rows = (
    ("case.list", READERS, "See the worklist"),
    ("case.search", CASEWORK_OR_SYSTEM, "Find a person or a case"),
    ("command.read", READERS, "See the result of a request"),
    (
        "referral-requests.read",
        CASEWORK_OR_SYSTEM,
        "See referrals that were sent or are waiting for acceptance",
    ),
    ("referral-requests.answer", CASEWORK, "Accept or decline a referral request"),
    ("hidings.read", CASEWORK_OR_SYSTEM, "See people hidden at an organisation's request"),
    ("hidings.answer", (TEAM,), "Keep or lift a hiding that another organisation requested"),
    ("hidings.withdraw", CASEWORK_OR_SYSTEM, "Withdraw a hiding that your own organisation requested"),
    ("properties.read", (COORDINATOR, SYSTEM, ADMIN), "See homes that can be let"),
    ("properties.edit", (COORDINATOR, SYSTEM, ADMIN), "Add or change homes that can be let"),
)

_RUNNING: _Rows = (
    ("messages.read", (OPERATOR, ADMIN), "See messages and how they were used"),
    ("messages.send", (SYSTEM, OPERATOR), "Send messages to Homeward"),
    ("messages.release", (OPERATOR,), "Replay messages, or propose an edited one"),
    ("messages.approve", (OPERATOR, ADMIN), "Approve or decline a message that somebody else edited"),
    ("duplicates.read", (OPERATOR, ADMIN, COORDINATOR), "See records that may be one person"),
    ("duplicates.decide", (OPERATOR, COORDINATOR), "Decide whether two records are one person"),
    ("merges.undo", (OPERATOR,), "Undo a merge of two records"),
    ("deadletters.read", (OPERATOR, ADMIN), "See items that a partner refused"),
    ("deadletters.release", (OPERATOR,), "Release, replace or skip a refused item"),
    ("failed-commands.read", (OPERATOR, ADMIN), "See requests that failed"),
    ("failed-commands.decide", (OPERATOR,), "Try failed requests again, or give them up"),
    ("partners.switch", (OPERATOR,), "Try a partner again, switch it off or on"),
    ("shadow.read", (MONITOR, OPERATOR), "See how a trust's own list compares"),
    ("shadow.import", (MONITOR, OPERATOR), "Compare a trust's own list"),
    ("safety.advisers", (ADMIN,), "Name your organisation's safety advisers"),
    ("audit.read", (ADMIN,), "See who looked at what"),
    ("admin.people", (ADMIN,), "Change people, teams and roles"),
    ("admin.partners", (ADMIN,), "Change partners and sharing agreements"),
    ("admin.feeds", (ADMIN, OPERATOR), "Change feeds"),
    ("admin.status", (ADMIN, OPERATOR), "See whether all parts are running"),
)

PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        **{
            action: Permission(action, frozenset(roles), words, frozenset(relations))
            for action, roles, relations, words in _READING
        },
        **{
            kind: Permission(kind, frozenset(each.roles), each.words, frozenset(each.relations))
            for kind, each in DECLARED.items()
        },
        **{
            action: Permission(action, frozenset(roles), words) for action, roles, words in _BESIDE + _RUNNING
        },
    }
)


def allowed(role: str, action: str) -> bool:
    """Whether a role does an action at all. An unknown role does nothing; an unknown action is a KeyError."""
    return role in PERMISSIONS[action].roles


def allowed_in(relation: Relation | None, role: str, action: str) -> bool:
    """Whether a role does an action on a case to which its organisation has this relation (None: no part)."""
    return allowed(role, action) and relation in PERMISSIONS[action].relations


def require(role: str, action: str) -> None:
    """Raise role-not-allowed unless the role does the action."""
    if not allowed(role, action):
        raise HomewardError("role-not-allowed", detail=action)
