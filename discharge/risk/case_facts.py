"""Facts that are read from the case itself: one row each.

What only a floor above can read is a row without a reader: it is read there once that floor is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from discharge.calendar import spoken_day
from discharge.cases.model import IN_HOSPITAL, Case, Stage
from discharge.codes.choice import CHOICE_ANSWERS, CHOICE_STEPS
from discharge.risk.conditions import FactKind, Known

Reader = Callable[[Case], Iterable[Known]]


class CaseFact(NamedTuple):
    """A fact: what kind it is, the words that a sentence about it can use, and how it is read from a case."""

    kind: FactKind
    words: str
    of: Reader | None = None


def _gated(code: str, called: str) -> Reader:
    """An item of the gate, for as long as it matters how the home is."""

    def read(case: Case) -> Iterator[Known]:
        item = case.gate.get(code)
        if item is not None and (case.stage in IN_HOSPITAL or case.unready_home is not None):
            words = {"item": called, "value": item.value}
            yield Known(code, value="yes" if item.satisfied else item.value, words=words)

    return read


def referral_waiting(case: Case) -> Iterator[Known]:
    """The day of a referral that nobody has accepted."""
    if case.stage is Stage.REFERRED and case.referral is not None:
        referred = case.referral.referred_on
        yield Known(day=referred, words={"referred": f"on {spoken_day(referred)}"})


def choice_answers_due(case: Case) -> Iterator[Known]:
    """The day by which an answer to the last letter or talk on choice is due, while somebody is in hospital;
    a step that was followed by another one is no longer waited for.
    """
    if case.stage not in IN_HOSPITAL or not case.choice:
        return
    last = max(each.given_on for each in case.choice.values())
    for step in case.choice.values():
        if step.given_on == last and step.answer is None and step.response_due_on is not None:
            words = {
                "step": CHOICE_STEPS.label(step.step),
                "given": spoken_day(step.given_on),
                "due": spoken_day(step.response_due_on),
            }
            yield Known(step.key, day=step.response_due_on, words=words)


def choice_steps_to_take(case: Case) -> Iterator[Known]:
    """Each answer to the last letter or talk on choice after which somebody has to take the next step."""
    last = max((each.given_on for each in case.choice.values()), default=None)
    for step in case.choice.values() if case.stage in IN_HOSPITAL else ():
        row = CHOICE_ANSWERS.newest(step.answer) if step.answer is not None else None
        if row is None or not row.next_step or step.given_on != last:
            continue
        words = {
            "step": CHOICE_STEPS.label(step.step),
            "given": spoken_day(step.given_on),
            "answer": row.label,
            "answered": spoken_day(step.answered_on or step.given_on),
        }
        yield Known(step.key, words=words)


CASE_FACTS: Mapping[str, CaseFact] = MappingProxyType(
    {
        "toilet": CaseFact("answer", "item value", _gated("toilet", "A toilet that the person can reach")),
        "keys": CaseFact("answer", "item value", _gated("keys", "A way into the home")),
        "referral-waiting": CaseFact("day", "referred", referral_waiting),
        "choice-answers-due": CaseFact("day", "step given due", choice_answers_due),
        "choice-steps-to-take": CaseFact("answer", "step given answer answered", choice_steps_to_take),
        "homes-not-taken": CaseFact("count", "count"),
        "offers-to-answer": CaseFact("instant", "offered due"),
        "blockers-late-housing": CaseFact("day", "late"),
        "blockers-late-housing-home-today": CaseFact("day", "late expected"),
        "blockers-late-hospital": CaseFact("day", "late"),
        "blockers-late-hospital-home-today": CaseFact("day", "late expected"),
        "check-late": CaseFact("day", "due"),
        "joined-after-who-may-know": CaseFact("answer", "who said"),
        "answers-of-former-building": CaseFact("answer", "count since"),
        "answers-against-referral": CaseFact("answer", "item"),
        "answers-against-merged": CaseFact("answer", "item"),
        "case-merged-in": CaseFact("answer", "merged came stayed"),
        "orders-for-former-building": CaseFact("answer", "item ordered owner"),
        "emergency-hazards": CaseFact("answer", "hazard room found"),
        "landlord-hazard-warned": CaseFact("instant", "what hazard room since due limit law"),
        "landlord-hazard-due": CaseFact("instant", "what hazard room since due limit law"),
        "hazard-answer-warned": CaseFact("instant", "what hazard room since due limit law"),
        "hazard-answer-due": CaseFact("instant", "what hazard room since due limit law"),
        "hazard-reply-warned": CaseFact("instant", "what hazard room since due limit law"),
        "hazard-reply-due": CaseFact("instant", "what hazard room since due limit law"),
    }
)
"""Name -> the fact."""

_ABOVE: dict[str, Reader] = {}


def contribute(name: str, of: Reader) -> None:
    """Say how a fact is read that has no reader on this floor; KeyError where there is no such row."""
    _ABOVE[name] = of if name in CASE_FACTS and CASE_FACTS[name].of is None else _ABOVE[name]


def read_from(case: Case) -> dict[str, tuple[Known, ...]]:
    """Return what is known of each of these facts."""
    readers = {**{name: fact.of for name, fact in CASE_FACTS.items()}, **_ABOVE}
    return {name: tuple(of(case)) for name, of in readers.items() if of is not None}
