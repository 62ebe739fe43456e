"""What contradicts itself, or what is recorded already, is asked about before it is saved: rows of data.

A row says which commands it looks at and, where they contradict something, the question in plain words.
Whoever asks may correct it, or confirm it by the row's code with a reason: nothing here refuses for good.
What a feed tells is never asked about; nobody is there to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from discharge.cases.circumstances import NO_NEED
from discharge.cases.commands import (
    AmendReferral,
    AnswerOffer,
    CloseCase,
    Command,
    CompleteCheck,
    ConfirmItem,
    CorrectHazard,
    FlagHomelessness,
    RecordContact,
    RecordDutyToRefer,
    RecordHazard,
    RecordLandlordTold,
    Refer,
    SaveAnswers,
    SetExpectedDischargeDate,
    SetNeededBy,
)
from discharge.cases.follow_ups import contact_words
from discharge.cases.model import Case
from discharge.codes.casework import CONTACT_OUTCOMES, HOME_PROBLEMS, NEEDS, TENURES
from discharge.codes.hazards import HAZARD_TELLERS
from discharge.values import Frozen
from housing_checks.checks.form import SAFE_ADDRESS
from housing_checks.hazards.gate import hazards_of_item
from housing_checks.hazards.words import hazard_words

DOES_NOT_FIT = "home-does-not-fit"
"""Confirms an offer of a home that does not fit; it is asked where the home is read."""


class Contradiction(Frozen):
    """One thing to ask: the code that confirms it, and the question."""

    code: str
    question: str


Question = Callable[[Case, Any, date], str | None]
"""The case, the command and today -> the question, or ``None`` where nothing contradicts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of contradiction, and the commands in which it can lie."""

    code: str
    commands: tuple[type[Any], ...]
    question: Question


def contradictions(case: Case, command: Command, today: date) -> tuple[Contradiction, ...]:
    """Return what must be asked before a command is saved; nothing for most."""
    asked = (
        (row.code, row.question(case, command, today)) for row in ROWS if isinstance(command, row.commands)
    )
    return tuple(Contradiction(code=code, question=question) for code, question in asked if question)


def known_codes() -> tuple[str, ...]:
    """Return the codes that confirm something."""
    return (*(row.code for row in ROWS), DOES_NOT_FIT)


def _listed(labels: list[str]) -> str:
    """These words in a row, small letters first: "no heating and a fall"."""
    small = [f"{label[:1].lower()}{label[1:]}" for label in labels]
    return " and ".join([", ".join(small[:-1]), small[-1]]) if len(small) > 1 else "".join(small)


def _well(_case: Case, contact: RecordContact, _today: date) -> str | None:
    if contact.outcome != "well" or not contact.problems:
        return None
    wrong = _listed([HOME_PROBLEMS.label(code) for code in contact.problems])
    return f"You say that the person is managing at home, and also: {wrong}. Is the person managing?"


def _not_reached(_case: Case, contact: RecordContact, _today: date) -> str | None:
    reached = {row.code: row.reached for row in CONTACT_OUTCOMES}
    if reached.get(contact.outcome, True) or not contact.problems:
        return None
    wrong = _listed([HOME_PROBLEMS.label(code) for code in contact.problems])
    return f"You say that nobody was reached, and also: {wrong}. Did somebody else tell you?"


def _no_need(_case: Case, asked: Refer | AmendReferral, _today: date) -> str | None:
    others = [code for code in asked.needs if code != NO_NEED]
    if NO_NEED not in asked.needs or not others:
        return None
    needs = _listed([NEEDS.label(code) for code in others])
    return f"“None of these” is chosen, and also: {needs}. Does the person need that?"


def _needed_by(_case: Case, asked: SetNeededBy, today: date) -> str | None:
    if asked.needed_by is None or asked.needed_by >= today:
        return None
    return "The day by which the home is needed has passed already. Is the day right?"


def _expected(_case: Case, asked: SetExpectedDischargeDate, today: date) -> str | None:
    if asked.expected_discharge_on is None or asked.expected_discharge_on >= today:
        return None
    return "The day on which the person is expected to leave has passed already. Is the day right?"


HOMELESS = "The person is recorded as homeless, or at risk of it, and has a safe address. Are both true?"


def _flagged(case: Case, asked: FlagHomelessness, _today: date) -> str | None:
    item = case.gate.get(SAFE_ADDRESS)
    safe = item is not None and item.value == "yes"
    return HOMELESS if asked.flag == "yes" and safe and case.home_let_id is None else None


def _safe_address(case: Case, asked: ConfirmItem | SaveAnswers | CompleteCheck, _today: date) -> str | None:
    """Somebody to whom a home was let has an address, whatever was recorded before."""
    answers = {asked.item: asked.value} if isinstance(asked, ConfirmItem) else asked.answers
    homeless = case.homelessness.flag == "yes" and case.home_let_id is None
    return HOMELESS if homeless and answers.get(SAFE_ADDRESS) == "yes" else None


def _not_homeless(case: Case, _asked: RecordDutyToRefer, _today: date) -> str | None:
    if case.homelessness.flag != "no":
        return None
    return "The person is recorded as not homeless. Was the homelessness referral made for this person?"


def _contacts_owed(case: Case, _asked: CloseCase, _today: date) -> str | None:
    owed = [contact_words(key) for key, each in case.follow_ups.items() if each.outcome is None]
    if not owed:
        return None
    return f"Contacts after discharge are still due: {_listed(owed)}. Do you still want to close the case?"


def _told_without_basis(case: Case, asked: RecordLandlordTold, today: date) -> str | None:
    """What somebody said already is a fact; that it was one of us, without a basis, is asked about."""
    teller = HAZARD_TELLERS.find(asked.told_by, today)
    if case.may_tell_partners or teller is None or not teller.ours:
        return None
    return "No consent or other basis for sharing with partners is recorded. Did you tell the landlord?"


def _free_of_hazards(
    case: Case, asked: ConfirmItem | SaveAnswers | CompleteCheck, _today: date
) -> str | None:
    answers = {asked.item: asked.value} if isinstance(asked, ConfirmItem) else asked.answers
    said = [code for code, value in answers.items() if value == "yes"]
    found = dict.fromkeys(hazard_words(each) for code in said for each in hazards_of_item(case, code))
    if not found:
        return None
    open_ones = _listed(list(found))
    return (
        f"An emergency hazard is open: {open_ones}. The item stays no until the hazard is made safe or "
        "closed. Do you still want to answer yes?"
    )


def _tenure_differs(case: Case, asked: RecordHazard | CorrectHazard, _today: date) -> str | None:
    """The landlord's clocks depend on the tenure: one that is said otherwise elsewhere is asked about."""
    tenure = asked.tenure or (_referred_tenure(case) if isinstance(asked, RecordHazard) else None)
    known = {"the referral": _referred_tenure(case), "the home check": _checked_tenure(case)}
    other = {who: said for who, said in known.items() if said is not None and said != tenure}
    if tenure in (None, "unknown") or not other:
        return None
    said = _listed([f"{who} says: {TENURES.label(each)}" for who, each in other.items()])
    return (
        f"The hazard is recorded for this tenure: {TENURES.label(tenure or '')}. But {said}. "
        "What the landlord must do depends on it. Is the tenure of the hazard right?"
    )


def _referred_tenure(case: Case) -> str | None:
    said = case.referral.tenure if case.referral is not None else "unknown"
    return said if said in LANDLORDS and case.home_let_id is None else None


def _checked_tenure(case: Case) -> str | None:
    check = case.check
    said = check.answers.get("tenure") if check is not None and "tenure" not in check.disputed else None
    return said if said in LANDLORDS else None


LANDLORDS = frozenset({"owner", "social", "private"})
"""The tenures on which what a landlord must do depends, called the same in the referral and in the check."""


def _accepted(_case: Case, asked: AnswerOffer, _today: date) -> str | None:
    if asked.answer != "accepted" or not asked.reason:
        return None
    return "The offer is accepted, and a reason for refusing it is given. Was it accepted?"


ROWS: tuple[Row, ...] = (
    Row("managing-with-problems", (RecordContact,), _well),
    Row("not-reached-with-problems", (RecordContact,), _not_reached),
    Row("no-needs-with-needs", (Refer, AmendReferral), _no_need),
    Row("needed-by-past", (SetNeededBy,), _needed_by),
    Row("expected-in-the-past", (SetExpectedDischargeDate,), _expected),
    Row("homeless-with-safe-address", (FlagHomelessness,), _flagged),
    Row("homeless-with-safe-address", (ConfirmItem, SaveAnswers, CompleteCheck), _safe_address),
    Row("referred-to-council-not-homeless", (RecordDutyToRefer,), _not_homeless),
    Row("closed-with-contacts-owed", (CloseCase,), _contacts_owed),
    Row("accepted-with-reason", (AnswerOffer,), _accepted),
    Row("landlord-told-without-basis", (RecordLandlordTold,), _told_without_basis),
    Row("hazard-tenure-differs", (RecordHazard, CorrectHazard), _tenure_differs),
    Row("yes-with-emergency-hazard", (ConfirmItem, SaveAnswers, CompleteCheck), _free_of_hazards),
)
"""Every kind of contradiction; a further one is a further row."""
