"""What several people say of one item, and which of it holds: one table.

A statement is an answer with who says it, on what evidence, and the day on which they saw it or were told. A
newer one on as good evidence corrects an older one, and everybody may correct themselves. Otherwise two
people who say different things contradict each other: both statements stand, the less safe one counts, and a
named person settles it. Nothing that was said is lost: what does not stand is in the history. What a referral
says of the person, and the record of a hazard of the home, is a statement, too: no newer answer takes its
place, and only a settled one does. What was said in a case that was merged into this one takes nobody's
place: where they differ, both stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.cases.events import AnswerDisputed, Event, ItemAnswered
from discharge.cases.model import Check, ItemAnswer
from discharge.codes.casework import EVIDENCE_KINDS, RECORDS
from discharge.values import YesNoUnknown
from housing_checks.checks.model import CheckItem

Outcome = Literal["corrects", "earlier", "agrees", "contradicts"]
"""What a statement is to one that stands: it takes its place; it is older, and only kept; it says the same
and leaves it standing; or it says something else, and both stand.
"""

SAFETY: tuple[YesNoUnknown, ...] = ("no", "unknown", "yes")
"""How answers count at the gate, the least safe first."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement that stands, and a new one on the same item."""

    before: ItemAnswer
    now: ItemAnswer

    @property
    def same_person(self) -> bool:
        """Whether it is the same person's, who speaks for the same informant."""
        return same_speaker(self.before, self.now)

    @property
    def same_answer(self) -> bool:
        """Whether both say the same; of two answers in words nobody can tell, and both are kept."""
        return self.before.value == self.now.value

    @property
    def of_record(self) -> bool:
        """Whether one of them is what a referral or the record of a hazard says."""
        return not RECORDS.isdisjoint({self.before.through, self.now.through})

    @property
    def of_another_case(self) -> bool:
        """Whether the new one comes from a case that was merged into this one: nobody said it of this one."""
        return bool(self.now.came_from)

    @property
    def days(self) -> int:
        """By how many days the new one is newer; what has no day is older than everything."""
        return (_day(self.now) - _day(self.before)).days

    @property
    def strength(self) -> int:
        """By how much the evidence of the new one is stronger."""
        return strength(self.now) - strength(self.before)

    @property
    def found_out(self) -> bool:
        """Whether somebody knows what was not known before."""
        return self.before.value == "unknown" != self.now.value


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the table, in words, and what follows from it."""

    words: str
    holds: Callable[[Pair], bool]
    outcome: Outcome


RULES: tuple[Row, ...] = (
    Row("a record says what nobody knew", lambda pair: pair.of_record and pair.found_out, "corrects"),
    Row("the same as a record says", lambda pair: pair.of_record and pair.same_answer, "agrees"),
    Row("something else than a record says", lambda pair: pair.of_record, "contradicts"),
    Row("the same as another case says", lambda pair: pair.of_another_case and pair.same_answer, "agrees"),
    Row(
        "another case knows what was not known",
        lambda pair: pair.of_another_case and pair.before.value == "unknown",
        "corrects",
    ),
    Row("something else than another case says", lambda pair: pair.of_another_case, "contradicts"),
    Row("the same person, about an earlier day", lambda pair: pair.same_person and pair.days < 0, "earlier"),
    Row("the same person corrects what they said", lambda pair: pair.same_person, "corrects"),
    Row("somebody knows what was not known", lambda pair: pair.found_out and pair.days >= 0, "corrects"),
    Row("a newer day, on as good evidence", lambda pair: pair.days > 0 <= pair.strength, "corrects"),
    Row("the same day, on better evidence", lambda pair: pair.days == 0 < pair.strength, "corrects"),
    Row("an earlier day, on no better evidence", lambda pair: pair.days < 0 >= pair.strength, "earlier"),
    Row("the same answer", lambda pair: pair.same_answer, "agrees"),
    Row("anything else", lambda _: True, "contradicts"),
)
"""The first row that holds decides."""


def outcome(before: ItemAnswer, now: ItemAnswer) -> Outcome:
    """Return what a new statement is to one that stands."""
    pair = Pair(before, now)
    return next(row.outcome for row in RULES if row.holds(pair))


def strength(statement: ItemAnswer) -> int:
    """How strong the evidence of a statement is; who does not know, or does not say how, has none."""
    kind = EVIDENCE_KINDS.newest(statement.evidence or "")
    return kind.strength if kind is not None and statement.value != "unknown" else 0


def counting(said: Sequence[ItemAnswer]) -> ItemAnswer:
    """Return the answer that counts while people say different things: the last of the least safe; not known
    where they are equally safe, for then nobody can say which is safer.
    """
    least = min((each.gate for each in said), key=SAFETY.index)
    lowest = [each for each in said if each.gate == least]
    ends = [each.valid_until for each in said if each.valid_until is not None]
    until = min(ends, default=None)
    if len({each.value for each in lowest}) == 1:
        return lowest[-1].model_copy(update={"valid_until": until})
    newest = max(said, key=_day)
    return ItemAnswer(
        value="unknown",
        gate="no" if least == "no" else "unknown",
        answered_on=newest.answered_on,
        by=newest.by,
        organisation_id=newest.organisation_id,
        role=newest.role,
        valid_until=until,
    )


def standing(check: Check | None, code: str) -> tuple[ItemAnswer, ...]:
    """Return what people say of an item, and none of them took back: mostly one answer, or none."""
    return check.said_of(code) if check is not None else ()


def said_of(
    check: Check | None,
    code: str,
    now: ItemAnswer,
    *,
    changed: bool = True,
    known_since: date | None = None,
    newest_counts: bool = False,
    recorded: ItemAnswer | None = None,
) -> list[Event]:
    """Return what happens when somebody states something of an item: the statement, and the dispute that it
    begins or leaves open. ``known_since`` is the day from which work, or something else that nobody said,
    made the item what it is. With ``newest_counts`` it takes the place of all that was said until its day.
    ``recorded`` is what the referral, or a hazard, says otherwise of the item by now, if it does.
    """
    before = tuple(each for each in standing(check, code) if each.through not in RECORDS)
    before = (recorded, *before) if recorded is not None else before
    met = [outcome(each, now) for each in before]
    if newest_counts:
        met = ["earlier" if _day(now) < _day(each) else "corrects" for each in before]
    overtaken = known_since is not None and _day(now) < known_since
    if overtaken or "earlier" in met:
        return [ItemAnswered(item=code, answer=now, changed=changed, stands=False)]
    beside = tuple(each for each, how in zip(before, met, strict=True) if how != "corrects")
    answered = ItemAnswered(item=code, answer=now, changed=changed, beside=beside)
    said = (*beside, now)
    if len({each.value for each in said}) == 1:
        return [answered]
    disputed = AnswerDisputed(item=code, counts=counting(said))
    return [answered.model_copy(update={"changed": True}), disputed]


def same_speaker(one: ItemAnswer, other: ItemAnswer) -> bool:
    """Whether two statements are the same person's, who speaks for the same informant."""
    return _speaker(one) == _speaker(other)


def _speaker(statement: ItemAnswer) -> tuple[object, ...]:
    return (statement.by, statement.organisation_id if statement.by is None else None, statement.told_by)


def _day(statement: ItemAnswer) -> date:
    return statement.answered_on or date.min


def left_since(check: Check | None, item: CheckItem) -> date | None:
    """Since when the person goes to another building, while answers about the former one are open: what was
    seen or told of the item on an earlier day is about the former one.
    """
    former = check.of_former_building if check is not None and item.of_the_building else {}
    return max(former.values(), default=None)
