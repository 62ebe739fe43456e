"""The lists of everyday casework: referral, return, basis for sharing, mitigation, contact, outcome.

Their rows are in the files beside, each with its source.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.roles import COORDINATOR, ROLES, TEAM


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingBasis(Code):
    """Why something about a person may leave; `partners` is false where it reaches direct care only."""

    partners: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRole(Code):
    """Whose move something is. ``hears`` is the role, of those who sign in, that is told when it is late;
    ``any_item`` says whether an item of the check that names no owners of its own can be their move.
    """

    hears: str = COORDINATOR
    any_item: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationCode(Code):
    """What is done instead of a ``yes``, and for how many days at most unless another day is named.

    ``named_by`` are the roles that may name it, ``answered_by`` the owners that may answer for it, and
    ``for_items`` the items that it can stand in for; none given means any. It never stands in for
    ``not_for_items``. ``in_words``: a note must say what is done, or what was decided and with whom.
    ``person``: somebody is named who answers for it, a member of staff or in the note.
    """

    days: int
    named_by: tuple[str, ...] = ()
    answered_by: tuple[str, ...] = ()
    for_items: tuple[str, ...] = ()
    not_for_items: tuple[str, ...] = ()
    in_words: bool = False
    person: bool = False

    def may_be_named_by(self, role: str) -> bool:
        """Whether a role of people or systems may name it."""
        return not self.named_by or role in self.named_by

    def may_be_answered_by(self, owner: str) -> bool:
        """Whether an owner may answer for it."""
        return not self.answered_by or owner in self.answered_by

    def stands_in_for(self, item: str) -> bool:
        """Whether it can be done instead of a yes to an item of the check."""
        return item not in self.not_for_items and (not self.for_items or item in self.for_items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOutcome(Code):
    """How a contact after discharge went: whether the person, or somebody who saw them, was reached."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeProblem(Code):
    """Something wrong on arrival or later: whether it makes a failed discharge on the day of arrival."""

    fails_arrival: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKind(Code):
    """How an answer is known, and how far that weighs against another answer (1 the least)."""

    strength: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWay(Code):
    """How an answer of the check came: whether somebody who gives one can say so."""

    by_people: bool = True


def _faults_of_mitigations(rows: Mapping[str, MitigationCode]) -> Iterator[str]:
    for code, row in rows.items():
        if row.days <= 0:
            yield f"{code}.days: a mitigation holds for a day at least - write a whole number of days"
        for role in row.named_by:
            if role not in ROLES:
                yield f"{code}.named_by: {role!r} is no role - choose from {', '.join(ROLES)}"
        for owner in row.answered_by:
            if not OWNER_ROLES.known(owner):
                yield f"{code}.answered_by: {owner!r} is no owner - choose from {OWNER_ROLES.name}"


def _faults_of_owners(rows: Mapping[str, OwnerRole]) -> Iterator[str]:
    for code, row in rows.items():
        if row.hears not in (COORDINATOR, TEAM):
            yield f"{code}.hears: {row.hears!r} does not work on cases - choose from {COORDINATOR}, {TEAM}"


REFERRAL_REASONS = code_list("referral-reasons", Code)
REFERRAL_RETURN_REASONS = code_list("referral-return-reasons", Code)
TENURES = code_list("tenures", Code)
NEEDS = code_list("needs", Code)
SHARING_BASES = code_list("sharing-bases", SharingBasis)
OWNER_ROLES = code_list("owner-roles", OwnerRole, check=_faults_of_owners)
MITIGATIONS = code_list("mitigations", MitigationCode, check=_faults_of_mitigations)
CONTACT_OUTCOMES = code_list("contact-outcomes", ContactOutcome)
HOME_PROBLEMS = code_list("home-problems", HomeProblem)
CASE_OUTCOMES = code_list("case-outcomes", Code)
WITHDRAWAL_REASONS = code_list("withdrawal-reasons", Code)
REOPEN_REASONS = code_list("reopen-reasons", Code)
STAY_DOUBTS = code_list("stay-doubts", Code)
"""Why a stay is doubtful: what its messages say cannot all be."""
STRAND_CANCEL_REASONS = code_list("strand-cancel-reasons", Code)
PROPERTY_WITHDRAWAL_REASONS = code_list("property-withdrawal-reasons", Code)
EVIDENCE_KINDS = code_list("evidence-kinds", EvidenceKind)
ANSWER_WAYS = code_list("answer-ways", AnswerWay)
TOLD_BY = code_list("told-by", Code)
SETTLE_REASONS = code_list("settle-reasons", Code)
EVIDENCE_REMOVAL_REASONS = code_list("evidence-removal-reasons", Code)
OFFER_REFUSAL_REASONS = code_list("offer-refusal-reasons", Code)

IN_THE_REFERRAL = "referral"
"""How an answer came that the trust's referral gives, and nobody who was asked."""

IN_A_HAZARD = "hazard"
"""How an answer came that the record of a hazard gives."""

RECORDS = frozenset({IN_THE_REFERRAL, IN_A_HAZARD})
"""The ways of answers that a record gives: only a settled answer sets one aside."""

USUAL_MITIGATION_DAYS = 14
"""For a mitigation that was never in the list."""


def ways_of_answering(on: date) -> tuple[AnswerWay, ...]:
    """Return the ways in which somebody who is asked can give an answer on a day."""
    return tuple(row for row in ANSWER_WAYS.in_force(on) if row.by_people)


def mitigation_days(code: str, on: date) -> int:
    """How many days a mitigation named on a day holds at most, unless another day is named."""
    return MITIGATIONS.as_on(code, on).days if MITIGATIONS.known(code) else USUAL_MITIGATION_DAYS


STOPPED_BY_MERGE = "case-merged"
"""The reason of work that a merge stopped: should the merge be undone, it has to be begun again."""

STOPPED_BY_DEATH = "person-died"
"""The reason of work that a death stopped: should the death be taken back, it has to be begun again."""


def partner_bases(on: date) -> frozenset[str]:
    """Return the bases for sharing that reach beyond direct care, as they were on the day of the record."""
    return frozenset(row.code for row in SHARING_BASES.as_rows(on) if row.partners)
