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


@dataclass(frozen=True, slots=True)
class Permission:
    """One action, the roles that do it, and the words a person reads for it.

    `relations` are those in which an organisation does it on a case; empty where the action is about no case.
    """

    action: str
    roles: frozenset[Role]
    words: str
    relations: frozenset[Relation] = frozenset()


TEAM: Role = "discharge-team"
COORDINATOR: Role = "coordinator"
MONITOR: Role = "trust-monitor"
OPERATOR: Role = "operator"
ADMIN: Role = "admin"
SYSTEM: Role = "system"

_Rows = tuple[tuple[str, tuple[Role, ...], str], ...]
_CaseRows = tuple[tuple[str, tuple[Role, ...], tuple[Relation, ...], str], ...]

_CASEWORK = (TEAM, COORDINATOR)
_CASEWORK_OR_SYSTEM = (TEAM, COORDINATOR, SYSTEM)
_HOME_OR_SYSTEM = (COORDINATOR, SYSTEM)
_WARD_OR_SYSTEM = (TEAM, SYSTEM)
_READERS = (TEAM, COORDINATOR, MONITOR, SYSTEM)

_NOBODY: tuple[Role, ...] = ()

LEADS: tuple[Relation, ...] = ("responsible-trust", "housing-lead")
"""Who alone lets others in, ends a part, closes, withdraws or marks in error."""
_TRUST: tuple[Relation, ...] = ("responsible-trust",)
_HOUSING: tuple[Relation, ...] = ("housing-lead",)
_REFERRING: tuple[Relation, ...] = (*LEADS, "referrer")
_CARE: tuple[Relation, ...] = (*LEADS, "referrer", "council")
_PARTS: tuple[Relation, ...] = (*_CARE, "landlord", "supplier")
_WORKING: tuple[Relation, ...] = (*LEADS, "council", "landlord", "supplier")
_EVERYBODY: tuple[Relation, ...] = (*_PARTS, "own")

OWN_WORK_ONLY: frozenset[Relation] = frozenset({"council", "landlord", "supplier"})
"""Who does something to a strand only where the strand names it as partner."""

_READING: _CaseRows = (
    ("case.read", _READERS, _EVERYBODY, "Open a case"),
    ("case.follow", _READERS, _CARE, "See what happened to a case"),
    ("case.told", _READERS, _REFERRING, "See what was sent to partners about a case"),
    ("case.looks", _READERS, (*LEADS, "own"), "See who looked at a case"),
    ("case.notes", _READERS, _CARE, "Read notes of others about a case"),
    ("case.contacts", _READERS, _CARE, "See who to call: the person, next of kin, their practice"),
    ("case.messages", _READERS, LEADS, "See which messages were about the person of a case"),
    ("document.read", (TEAM, COORDINATOR, SYSTEM), LEADS, "Open documents that the hospital sent"),
    ("document.read-restricted", (TEAM,), _TRUST, "Open documents that the hospital restricted"),
    ("place.name", (TEAM,), _TRUST, "Say who may see where a hidden person is"),
    ("alerts.read", _READERS, _CARE, "See alerts"),
    ("reports.read", (TEAM, COORDINATOR, MONITOR, ADMIN), LEADS, "See bed days and other reports"),
)

_COMMANDS: _CaseRows = (
    ("accept-referral", _HOME_OR_SYSTEM, _HOUSING, "Accept the referral"),
    ("return-referral", _HOME_OR_SYSTEM, _HOUSING, "Return the referral with a reason"),
    ("amend-referral", _CASEWORK_OR_SYSTEM, _REFERRING, "Correct the referral"),
    ("add-note", _CASEWORK_OR_SYSTEM, _PARTS, "Write a note"),
    ("withdraw-referral", _CASEWORK_OR_SYSTEM, LEADS, "Withdraw the referral"),
    ("assign-owner", _CASEWORK, _PARTS, "Change the owner of the case"),
    ("add-participant", _CASEWORK, LEADS, "Add an organisation to the case"),
    ("end-participation", _CASEWORK, _PARTS, "End an organisation's part"),
    ("record-sharing-basis", _CASEWORK_OR_SYSTEM, _REFERRING, "Record consent or another basis for sharing"),
    ("withdraw-sharing-basis", _CASEWORK_OR_SYSTEM, _CARE, "Record that the basis for sharing ended"),
    ("join-spell", _CASEWORK, LEADS, "Join the case to a hospital stay"),
    ("set-criteria-to-reside", _WARD_OR_SYSTEM, LEADS, "Record whether the criteria to reside are met"),
    ("correct-ready-period", _WARD_OR_SYSTEM, LEADS, "Correct a ready period"),
    ("set-expected-discharge-date", _WARD_OR_SYSTEM, LEADS, "Set the expected date of discharge"),
    ("set-needed-by", _CASEWORK_OR_SYSTEM, _REFERRING, "Set the day the home is needed by"),
    ("record-delay-reason", _CASEWORK_OR_SYSTEM, _CARE, "Record why the person is waiting"),
    ("end-delay-reason", _CASEWORK_OR_SYSTEM, _CARE, "End a reason for waiting"),
    ("flag-homelessness", _CASEWORK_OR_SYSTEM, _CARE, "Record homelessness"),
    ("record-duty-to-refer", _CASEWORK_OR_SYSTEM, _CARE, "Record the homelessness referral to a council"),
    ("acknowledge-duty-to-refer", _CASEWORK_OR_SYSTEM, _CARE, "Record the council's answer"),
    ("start-check", _HOME_OR_SYSTEM, LEADS, "Begin the suitability check"),
    ("complete-check", _HOME_OR_SYSTEM, LEADS, "Complete the suitability check"),
    ("confirm-item", _CASEWORK_OR_SYSTEM, _CARE, "Update a check answer"),
    ("name-mitigation", _CASEWORK_OR_SYSTEM, LEADS, "Record a mitigation"),
    ("withdraw-mitigation", _CASEWORK_OR_SYSTEM, _CARE, "Withdraw a mitigation"),
    ("start-strand", _HOME_OR_SYSTEM, LEADS, "Start an order, a rehousing or another strand"),
    ("move-strand", _HOME_OR_SYSTEM, _WORKING, "Record progress of a strand"),
    ("cancel-strand", _HOME_OR_SYSTEM, LEADS, "Cancel a strand"),
    ("offer-property", _HOME_OR_SYSTEM, (*LEADS, "landlord"), "Offer a home"),
    ("answer-offer", _HOME_OR_SYSTEM, (*LEADS, "landlord"), "Record the person's answer to an offer"),
    ("let-property", _HOME_OR_SYSTEM, (*LEADS, "landlord"), "Let a home"),
    ("redirect-strand", _HOME_OR_SYSTEM, LEADS, "Move an order to the new home"),
    ("confirm-discharge", _WARD_OR_SYSTEM, LEADS, "Confirm the discharge"),
    ("cancel-discharge", _WARD_OR_SYSTEM, LEADS, "Record that the discharge did not happen"),
    ("record-death", _CASEWORK_OR_SYSTEM, _CARE, "Record that the person died"),
    ("record-contact", _CASEWORK_OR_SYSTEM, _CARE, "Record a contact after discharge"),
    ("answer-action", _CASEWORK_OR_SYSTEM, _CARE, "Answer a problem or a missed contact after discharge"),
    ("acknowledge-alert", _CASEWORK, _CARE, "Accept an alert"),
    ("close-case", _HOME_OR_SYSTEM, LEADS, "Close the case"),
    ("reopen-case", _CASEWORK, LEADS, "Reopen a closed case"),
    ("enter-in-error", (COORDINATOR, ADMIN), LEADS, "Mark the case as entered in error"),
)

# Whoever acts here has no case yet, or many; each case on a list is shown as its relation allows.
_BESIDE: _Rows = (
    ("case.list", _READERS, "See the worklist"),
    ("case.search", _CASEWORK_OR_SYSTEM, "Find a person or a case"),
    ("command.read", _READERS, "See what became of a request"),
    (
        "referral-requests.read",
        _CASEWORK_OR_SYSTEM,
        "See referrals that were sent or are waiting for acceptance",
    ),
    ("referral-requests.answer", _CASEWORK, "Accept or decline a referral request"),
    ("hidings.read", _CASEWORK_OR_SYSTEM, "See who was hidden because an organisation asked for it"),
    ("hidings.answer", (TEAM,), "Keep or lift a hiding that another organisation asked for"),
    ("hidings.withdraw", _CASEWORK_OR_SYSTEM, "Withdraw a hiding that your own organisation asked for"),
    ("properties.read", (COORDINATOR, SYSTEM, ADMIN), "See homes that can be let"),
    ("properties.edit", (COORDINATOR, SYSTEM, ADMIN), "Add or change homes that can be let"),
    ("refer", _CASEWORK_OR_SYSTEM, "Refer a person"),
)

# Homeward tells itself these, from its own workflows and feeds: no door takes them from anybody.
_OWN: _Rows = (
    ("note-hospital-facts", _NOBODY, "Note what the trust's feed says"),
    ("note-merge", _NOBODY, "Note that two people are one"),
    ("note-unmerge", _NOBODY, "Note that two people are two after all"),
    ("withdraw-death", _NOBODY, "Note that the trust took back that the person died"),
    ("note-person-deleted", _NOBODY, "Note that the trust deleted the person's record"),
    ("report-from-strand", _NOBODY, "Note what a strand found"),
    ("note-home-lost", _NOBODY, "Note that a landlord took back a home"),
    ("strike-clock", _NOBODY, "Look at the rules again"),
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
            for action, roles, relations, words in _READING + _COMMANDS
        },
        **{
            action: Permission(action, frozenset(roles), words)
            for action, roles, words in _BESIDE + _OWN + _RUNNING
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
