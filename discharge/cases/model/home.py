"""The suitability check and the gate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import Field

from discharge.codes.casework import mitigation_days
from discharge.values import AnswerCode, Frozen, YesNoUnknown


class AnswerDetails(Frozen):
    """How an answer counts at the gate; who recorded it, and the day on which it was seen or told; on what
    evidence, and the last day on which it holds. ``note_id`` is the note that holds an answer in words.

    ``told_by`` says who somebody was to the person that told it, and ``told_note_id`` names the note with
    their name; ``through`` how it came: the ward, a phone call, a visit. Of what is not in place,
    ``owner_role`` says whose move it is, and ``due_on`` until when. ``came_from`` names the cases in which it
    was said, where they were merged into this one, the first one first.
    """

    gate: YesNoUnknown = "unknown"
    answered_on: date | None = None
    by: UUID | None = None
    evidence: str | None = None
    valid_until: date | None = None
    note_id: UUID | None = None
    organisation_id: UUID | None = None
    role: str | None = None
    through: str | None = None
    told_by: str | None = None
    told_note_id: UUID | None = None
    owner_role: str | None = None
    due_on: date | None = None
    came_from: tuple[UUID, ...] = ()


class ItemAnswer(AnswerDetails):
    """What somebody answered to one item of a form."""

    value: AnswerCode


class Check(Frozen):
    """The home suitability check: which form, when begun, when completed, and what is answered so far. Of
    older checks the answers alone are known, without ``details``. ``moved_from`` is the form on which it was
    before, and ``kept`` names the items whose answers came from there, with the items that they answered;
    ``no_before`` names the items of that form that were no, and whose answers did not come along.

    ``statements`` holds, for an item of which several people said something that none of them took back, what
    each said, the last one last; where they differ, the item is disputed, and what counts is the answer.
    ``of_former_building`` names items that are open because their answers were about a building to which the
    person does not go any more, with the day since when.
    """

    form: str
    started_on: date
    completed_on: date | None = None
    answers: dict[str, AnswerCode] = Field(default_factory=dict)
    details: dict[str, AnswerDetails] = Field(default_factory=dict)
    moved_from: str | None = None
    kept: dict[str, str] = Field(default_factory=dict)
    no_before: tuple[str, ...] = ()
    statements: dict[str, tuple[ItemAnswer, ...]] = Field(default_factory=dict)
    of_former_building: dict[str, date] = Field(default_factory=dict)

    @property
    def given(self) -> Mapping[str, ItemAnswer]:
        """Each answer with what is known of it, put together when it is looked up."""
        return _Given(self)

    def counts_as(self, code: str) -> YesNoUnknown:
        """How an answer counts at the gate; KeyError for an item that is not answered."""
        known = self.details.get(code)
        return known.gate if known is not None else self.given_of(code).gate

    def given_of(self, code: str) -> ItemAnswer:
        """One answer with what is known of it; KeyError for an item that is not answered."""
        value, known = self.answers[code], self.details.get(code)
        return ItemAnswer.model_construct(value=value, **_details(known, value))

    def with_answer(self, code: str, answer: ItemAnswer) -> Check:
        """The check with one more answer; who said something else of the item stays as it is."""
        details = AnswerDetails.model_construct(**{name: getattr(answer, name) for name in _DETAILS})
        return self.model_copy(
            update={
                "answers": {**self.answers, code: answer.value},
                "details": {**self.details, code: details},
                "of_former_building": _without(self.of_former_building, {code}),
            }
        )

    def without(self, codes: Collection[str], since: date) -> Check:
        """The check without what was answered about a building to which the person does not go any more."""
        former = {**self.of_former_building, **dict.fromkeys(codes, since)}
        return self.unanswered(codes).model_copy(update={"of_former_building": former})

    def unanswered(self, codes: Collection[str]) -> Check:
        """The check without any answer to these items."""
        return self.model_copy(
            update={
                "answers": _without(self.answers, codes),
                "details": _without(self.details, codes),
                "statements": _without(self.statements, codes),
            }
        )

    def said_of(self, code: str) -> tuple[ItemAnswer, ...]:
        """What people say of an item, and none of them took back: mostly one answer, or none."""
        said = self.statements.get(code)
        if said is not None:
            return said
        return (self.given_of(code),) if code in self.answers else ()

    def with_statements(self, code: str, statements: tuple[ItemAnswer, ...]) -> Check:
        """The check with what several people say of an item; one alone is the answer."""
        others = {each: said for each, said in self.statements.items() if each != code}
        kept = {**others, code: statements} if len(statements) > 1 else others
        return self if kept == self.statements else self.model_copy(update={"statements": kept})

    @property
    def disputed(self) -> frozenset[str]:
        """The items of which people say different things, and nobody has settled which holds."""
        return frozenset(
            code for code, said in self.statements.items() if len({each.value for each in said}) > 1
        )


class _Given(Mapping[str, ItemAnswer]):
    """The answers of a check. A page asks for a few of some eighty, so that none is made before."""

    def __init__(self, check: Check) -> None:
        self._check = check

    def __getitem__(self, code: str) -> ItemAnswer:
        return self._check.given_of(code)

    def __contains__(self, code: object) -> bool:
        return code in self._check.answers

    def __iter__(self) -> Iterator[str]:
        return iter(self._check.answers)

    def __len__(self) -> int:
        return len(self._check.answers)


_DETAILS = tuple(AnswerDetails.model_fields)
Value = TypeVar("Value")


def _without(held: Mapping[str, Value], codes: Collection[str]) -> dict[str, Value]:
    return {code: value for code, value in held.items() if code not in codes}


def _details(known: AnswerDetails | None, value: str) -> dict[str, Any]:
    return known.model_dump() if known is not None else {"gate": value}


class Mitigation(Frozen):
    """What will be done instead of a ``yes``: the role, and where named the person, that answers for it, and
    the last day on which it holds. Older ones name no day: then the days of its code count.
    """

    code: str
    role: str
    named_on: date
    named_by: UUID | None = None
    user_id: UUID | None = None
    until_on: date | None = None

    @property
    def ends_on(self) -> date:
        """The last day on which it holds."""
        return self.until_on or self.named_on + timedelta(days=mitigation_days(self.code, self.named_on))


class Assignment(Frozen):
    """Whose move an item is, as somebody said: the role, the person where one was named, and by when."""

    role: str
    user_id: UUID | None = None
    due_on: date | None = None
    assigned_on: date
    assigned_by: UUID | None = None


class GateItem(Frozen):
    """One thing that must be so before the person leaves. ``valid_until`` is the last day on which its answer
    holds; ``expired`` says that it has passed. ``lapsed`` is the mitigation whose last day has passed.
    ``opened_on`` is the day from which it concerns the person, or no mitigation covers it any more, where
    that was after the check.
    """

    code: str
    value: YesNoUnknown = "unknown"
    as_of: date | None = None
    valid_until: date | None = None
    expired: bool = False
    mitigation: Mitigation | None = None
    lapsed: Mitigation | None = None
    opened_on: date | None = None

    @property
    def open_since(self) -> date | None:
        """The day from which it waits to be settled: of its answer, or the later one on which it opened."""
        return max((day for day in (self.as_of, self.opened_on) if day is not None), default=None)

    @property
    def satisfied(self) -> bool:
        """A gated item is satisfied by ``yes`` or by a named mitigation; ``unknown`` blocks."""
        return self.value == "yes" or self.mitigation is not None


class _Order:
    codes: Callable[[], tuple[str, ...]] = tuple


def put_in_order(codes: Callable[[], tuple[str, ...]]) -> None:
    """Take the codes of all items in the order in which forms ask them, and in which they are told: a stored
    case does not keep the order of its keys, and only the floor above knows the forms.
    """
    _Order.codes = staticmethod(codes)


def places() -> Mapping[str, int]:
    """Return the place of each item; one that is missing here comes last."""
    return _places(_Order.codes())


@lru_cache(maxsize=8)
def _places(codes: tuple[str, ...]) -> Mapping[str, int]:
    return {code: place for place, code in enumerate(codes)}


class Homelessness(Frozen):
    """The homelessness flag and the duty to refer (Housing Act 1996 s213B) as recorded facts."""

    flag: YesNoUnknown = "unknown"
    flagged_on: date | None = None
    referred_on: date | None = None
    council_id: UUID | None = None
    acknowledged_on: date | None = None

    @property
    def referred_to_council_on(self) -> date | None:
        """The day the referral was made, where it is known to which council."""
        return self.referred_on if self.council_id is not None else None
