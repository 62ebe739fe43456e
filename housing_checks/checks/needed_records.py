"""Answers that say something was found or decided about the person: they count at the gate only once the case
holds the record of who did it, when, and how. That somebody decides for themselves is presumed, and needs no
record until somebody doubts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from discharge.cases.decide.capacity import imca_needed, somebody_may_decide
from discharge.cases.events import ItemAnswered
from discharge.cases.model import Case, DecisionCapacity, ItemAnswer
from discharge.codes.capacity import CAPACITY_DECISIONS, LIBERTY_STATES, CapacityDecision
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import NOT_APPLICABLE, UNKNOWN
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.statements import standing

DECIDES, CANNOT_DECIDE, IN_DOUBT = "decides", "cannot-decide", "in-doubt"
CAPACITY_ANSWERS: Mapping[str, str] = {
    "presumed": DECIDES,
    "has": DECIDES,
    "lacks": CANNOT_DECIDE,
    "not-assessed": IN_DOUBT,
}
"""How capacity for a decision answers the item that asks about it."""
CAPACITY, BEST_INTERESTS, LEAST_RESTRICTIVE, ADVOCATE, LIBERTY = (
    "capacity",
    "best-interests",
    "least-restrictive",
    "advocate",
    "deprivation-of-liberty",
)
"""Items about where the person lives: whether they decide, and what was decided for them."""
DOUBTED = frozenset({CANNOT_DECIDE, IN_DOUBT})
"""Answers after which only a record says that the person decides."""
WHO_PAYS = "funding-agreed"
"""The item that asks whether it is agreed who pays for care."""
KEEPS_A_DOUBT = frozenset({(DECIDES, "unknown"), (DECIDES, "no"), (UNKNOWN[0], "no")})
"""Answers to the same, with how they count, that were given after a doubt."""


class NeededRecord(NamedTuple):
    """What has to be on the case before an answer counts: the command that records it, what is missing as
    long as it is not, and what to do.
    """

    command: str
    missing: str
    next_action: str


ASSESSMENT = NeededRecord(
    "record-capacity",
    "who assessed it, and how, is not recorded",
    "Record who assessed capacity for this decision, when and how",
)
DECISION = NeededRecord(
    "record-best-interests",
    "who decided, and how, is not recorded",
    "Record the best-interests decision: who decided, when, and who was consulted",
)
SPEAKER = NeededRecord(
    "record-advocate",
    "who speaks for the person is not recorded",
    "Record the advocate, or whom of family and friends the best-interests decision consulted",
)
ATTORNEY = NeededRecord(
    "record-representative",
    "no attorney or deputy is recorded whose authority somebody has seen",
    "Record the attorney or deputy who may decide, and that somebody has seen their authority",
)
LIBERTY_STATE = NeededRecord(
    "record-liberty",
    "whether they are free to leave, or who authorised it, is not recorded",
    "Record whether the person will be free to leave, and if not, how far the authorisation is",
)
ARRANGER = NeededRecord(
    "record-self-funding",
    "nobody arranges the care yet",
    "Agree who arranges the care that the person pays for, and record it",
)
NOT_OF_CAPACITY = (ATTORNEY, LIBERTY_STATE, ARRANGER)
"""Records that can be made before capacity is assessed."""


def answers_of_record(case: Case) -> Iterator[tuple[str, str]]:
    """Each item that the record of capacity answers, with the answer."""
    for held in case.capacity.values():
        row = CAPACITY_DECISIONS.newest(held.decision)
        if row is not None and row.item:
            made = held.best_interests is not None and row.decided
            yield row.item, row.decided if made else CAPACITY_ANSWERS[held.capacity]
        if row is not None and row.placing:
            yield from _decided(case, held)
    state = LIBERTY_STATES.newest(case.liberty.state) if case.liberty is not None else None
    if state is not None:
        yield LIBERTY, state.answers


def authorised_until(case: Case) -> date | None:
    """Return the last day of the authorisation to deprive the person of their liberty; None without one, and
    where its record names no end.
    """
    held = case.liberty
    row = LIBERTY_STATES.newest(held.state) if held is not None else None
    return held.until_on if held is not None and row is not None and row.answers == "yes" else None


def ended_record(case: Case, code: str) -> NeededRecord | None:
    """Return the record that is made anew for an answer that has run out; None where asking is enough."""
    return LIBERTY_STATE if code == LIBERTY and authorised_until(case) is not None else None


def _decided(case: Case, held: DecisionCapacity) -> Iterator[tuple[str, str]]:
    decided, advocate = held.best_interests, held.advocate
    if decided is not None:
        yield BEST_INTERESTS, "yes"
        yield LEAST_RESTRICTIVE, decided.least_restrictive
    if imca_needed(case, held) and (decided is not None or advocate is not None):
        yield ADVOCATE, "no"
    elif decided is not None or (advocate is not None and advocate.instructed_on is not None):
        yield ADVOCATE, "yes"


def counts(case: Case, item: CheckItem, value: str, answers: Mapping[str, str] | None = None) -> YesNoUnknown:
    """How an answer counts at the gate in this case: not known while its record is missing. ``answers`` are
    those of the check, with what is said in the same breath.
    """
    counted = item.counts_as(value)
    if counted == "yes":
        return "unknown" if missing_record(case, item.code, value, answers) else counted
    doubted = counted == "unknown" and _decision_asked(item.code) and _doubted(case, item.code)
    return "no" if doubted else counted


def missing_record(
    case: Case, code: str, value: str, answers: Mapping[str, str] | None = None
) -> NeededRecord | None:
    """Return the record without which an answer does not count; None where it is there, or none is needed."""
    if answers is None:
        answers = case.check.answers if case.check is not None else {}
    needed = _needed(case, code, value, answers)
    return needed if needed is not None and not _is_met(case, code, value, needed) else None


def _is_met(case: Case, code: str, value: str, needed: NeededRecord) -> bool:
    if needed is ARRANGER:
        return not _nobody_arranges(case)
    return somebody_may_decide(case) if needed is ATTORNEY else _of_record(case, code) == value


def _nobody_arranges(case: Case) -> bool:
    """Whether the person pays for care themselves, and it is recorded that nobody arranges it yet."""
    held = case.self_funding
    return held is not None and (held.self_funder, held.arranger) == ("yes", "nobody")


def _needed(case: Case, code: str, value: str, answers: Mapping[str, str]) -> NeededRecord | None:
    decision = _decision_asked(code)
    if decision is not None:
        if value == CANNOT_DECIDE or (value == DECIDES and _doubted(case, code)):
            return ASSESSMENT
        return DECISION if decision.decided and value == decision.decided else None
    if code == WHO_PAYS and value == "yes" and case.self_funding is not None:
        return ARRANGER
    if code == LIBERTY and value in (NOT_APPLICABLE, "yes"):
        return LIBERTY_STATE
    if code in (BEST_INTERESTS, LEAST_RESTRICTIVE) and value == "yes":
        return DECISION
    if (code, value) == (BEST_INTERESTS, NOT_APPLICABLE):
        return ATTORNEY
    lacks = answers.get(CAPACITY, _of_record(case, CAPACITY)) == CANNOT_DECIDE
    return SPEAKER if (code, value) == (ADVOCATE, "yes") and lacks else None


def _doubted(case: Case, code: str) -> bool:
    """Whether the record, or somebody whose word stands, says or said that the person may not decide. An
    answer after a doubt keeps it: that they decide did not count then, and that nobody knows counted as no.
    So does the gate, where a new check has no answer yet.
    """
    said = standing(case.check, code)
    kept = any((each.value, each.gate) in KEEPS_A_DOUBT for each in said)
    gated = case.gate.get(code)
    if not said and gated is not None and gated.value == "no":
        return True
    return kept or any(value in DOUBTED for value in (*(each.value for each in said), _of_record(case, code)))


def _of_record(case: Case, code: str) -> str | None:
    return dict(answers_of_record(case)).get(code)


def decision_of(code: str) -> str:
    """Return the decision of which an item asks: its own, else the one about where the person lives."""
    own = _decision_asked(code)
    return own.code if own is not None else next(row.code for row in CAPACITY_DECISIONS.rows if row.placing)


def _decision_asked(code: str) -> CapacityDecision | None:
    """The decision of which an item asks whether the person can make it."""
    return next((row for row in CAPACITY_DECISIONS.rows if row.item == code), None)


def asks_for_a_record(code: str) -> bool:
    """Whether an answer to an item may need a record."""
    return (
        code in (BEST_INTERESTS, LEAST_RESTRICTIVE, ADVOCATE, LIBERTY, WHO_PAYS)
        or _decision_asked(code) is not None
    )


def to_record_first(case: Case, code: str, needed: NeededRecord) -> NeededRecord:
    """Return what is recorded first: nothing is decided for somebody before it is found that they lack
    capacity, and nobody speaks for them of a decision of which nothing is recorded.
    """
    if needed in NOT_OF_CAPACITY:
        return needed
    held = case.capacity.get(decision_of(code))
    ready = held is not None and (needed is not DECISION or held.capacity == "lacks")
    return needed if ready else ASSESSMENT


def missing_for(case: Case, row: CheckItem | None) -> NeededRecord | None:
    """Return the record for which the answer that an item has waits."""
    if row is None or case.check is None or row.code not in case.check.answers:
        return None
    value = case.check.answers[row.code]
    waits = row.counts_as(value) == "yes" != case.check.counts_as(row.code)
    return missing_record(case, row.code, value) if waits else None


def counted_anew(case: Case, form: CheckForm) -> list[ItemAnswered]:
    """Return the answers that count otherwise since a record came or changed, as they were given. Where
    people differ, it is judged when somebody settles it.
    """
    if case.check is None:
        return []
    answered = [row for row in form.items if row.code in case.check.answers]
    agreed = {
        row.code: standing(case.check, row.code) for row in answered if row.code not in case.check.disputed
    }
    now = {code: _anew(case, form.item(code), said) for code, said in agreed.items()}
    return [
        ItemAnswered(item=code, answer=said[-1], changed=True, beside=said[:-1])
        for code, said in now.items()
        if said != agreed[code]
    ]


def _anew(case: Case, item: CheckItem, said: tuple[ItemAnswer, ...]) -> tuple[ItemAnswer, ...]:
    """What people said of an item of which a record speaks, as it counts now."""
    answers = case.check.answers if case.check is not None else {}
    if not any(_needed(case, item.code, each.value, answers) for each in said):
        return said
    return tuple(each.model_copy(update={"gate": counts(case, item, each.value)}) for each in said)
