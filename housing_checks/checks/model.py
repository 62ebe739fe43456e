"""What a check form is made of.

A form is data with a version: a completed check keeps the form it was made on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from discharge.cases.model import StrandKind
from discharge.codes.casework import EVIDENCE_KINDS, NEEDS
from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.values import Frozen, YesNoUnknown
from housing_checks.checks.answer_types import (
    DOES_NOT_APPLY,
    IN_WORDS,
    NOT_APPLICABLE,
    OTHER_WORDS,
    UNKNOWN,
    WRITTEN,
    YES_NO,
    AnswerType,
    Numbers,
    Option,
    is_day,
)
from housing_checks.checks.enable_when import EnableWhen

Text = Annotated[str, Field(min_length=1)]


class Condition(Frozen):
    """When a conditional item is gated: for any of these needs, or when the person lives alone."""

    needs_any: frozenset[str] = frozenset()
    lives_alone: bool = False

    def holds(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> bool:
        """Whether the condition holds; not knowing whether somebody lives alone counts as alone."""
        alone = self.lives_alone and lives_alone != "no"
        return alone or not self.needs_any.isdisjoint(needs)


class Suggested(Frozen):
    """A strand worth considering when an item is ``no``; with ``needs_any``, only for those needs."""

    kind: StrandKind
    item: str
    needs_any: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem(Code):
    """One question, worded so that ``yes`` is safe; ``label`` says it in a few words.

    A gated item must be ``yes`` or mitigated before the person leaves: always when ``gated``, else when
    ``gated_when`` holds. ``of_the_building`` says that the answer goes with the building, so that it is
    unknown again for a new home; ``of_the_arrival`` that it was arranged for one arrival only.
    ``having_a_home`` asks whether there is a home at all; ``basic`` is one of the basics at home;
    ``settled_by`` names the kinds of work whose completion answers it with ``yes``.

    ``enable_when`` says for which earlier answers it is asked at all; ``evidence_kinds`` how an answer may be
    known, and ``holds_for`` how long it holds. What is not asked, or does not apply, blocks nothing.
    """

    domain: Text
    question: Text
    help: str
    evidence: str
    severity: Literal["stop", "red", "amber"]
    type: AnswerType = "yes-no"
    options: tuple[Option, ...] = ()
    numbers: Numbers | None = None
    not_applicable: bool = False
    enable_when: EnableWhen | None = None
    evidence_kinds: tuple[str, ...] = ()
    holds_for: Duration | None = None
    gated: bool = True
    gated_when: Condition | None = None
    of_the_building: bool = False
    of_the_arrival: bool = False
    having_a_home: bool = False
    basic: bool = False
    settled_by: tuple[StrandKind, ...] = ()
    suggests: tuple[Suggested, ...] = ()

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The answers to choose from, with their words; besides them a number, a day or a text is typed."""
        own = YES_NO if self.type == "yes-no" else tuple((each.code, each.words) for each in self.options)
        other = (OTHER_WORDS,) if self.type == "open-choice" else ()
        return (*own, *other, *((DOES_NOT_APPLY,) if self.not_applicable else ()), UNKNOWN)

    @property
    def in_words(self) -> bool:
        """Whether it takes an answer in words, which stand in a note."""
        return self.type in IN_WORDS

    def takes(self, value: str) -> bool:
        """Whether this is an answer to the item."""
        if value in dict(self.choices):
            return True
        if self.type == "number":
            return self.numbers is not None and self.numbers.takes(value)
        return (self.type == "date" and is_day(value)) or (self.in_words and value == WRITTEN)

    def words(self, value: str) -> str:
        """Return an answer in words; one that the item does not know is shown as it is."""
        if value == WRITTEN and self.in_words:
            return "Answered in words"
        unit = f" {self.numbers.unit}" if self.numbers is not None else ""
        return dict(self.choices).get(value) or f"{value}{unit}"

    def counts_as(self, value: str) -> YesNoUnknown:
        """Return how an answer counts at the gate: a number that is safe and any day count as yes; nobody has
        judged what is written in words, so that it is unknown there.
        """
        match value:
            case "yes" | "no" | "unknown":
                return value
            case _ if value == NOT_APPLICABLE:
                return "yes"
            case _ if value == WRITTEN and self.in_words:
                return "unknown"
        if self.type == "number" and self.numbers is not None:
            return "yes" if self.numbers.safe(value) else "no"
        return {each.code: each.gate for each in self.options}.get(value, "yes")

    def gates(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> bool:
        """Whether the item is gated for a person with these needs."""
        return self.gated or (self.gated_when is not None and self.gated_when.holds(needs, lives_alone))


class CheckForm(Frozen):
    """One version of the check: its items in the order in which they are asked."""

    code: str
    title: str
    effective_from: date
    source: str
    items: tuple[CheckItem, ...]
    until: date | None = None
    """The day from which a later edition is in force."""
    shadow: bool = False
    """Whether its edition is only tried."""
    lacking: tuple[str, ...] = ()
    """The edition that is not known here, or a site's changes in it that the site has taken back."""

    @property
    def known(self) -> bool:
        """Whether its edition is known here; of one that is not, only the answers can be read."""
        return self.effective_from != date.max

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all items, in order."""
        return tuple(item.code for item in self.items)

    @property
    def domains(self) -> tuple[tuple[str, tuple[CheckItem, ...]], ...]:
        """The items grouped by domain, in order: what a page shows as sections."""
        names = dict.fromkeys(item.domain for item in self.items)
        return tuple((name, tuple(item for item in self.items if item.domain == name)) for name in names)

    @property
    def having_a_home(self) -> frozenset[str]:
        """The items that ask whether there is a home at all."""
        return frozenset(item.code for item in self.items if item.having_a_home)

    @property
    def basics(self) -> tuple[str, ...]:
        """The items that the basics at home are made of."""
        return tuple(item.code for item in self.items if item.basic)

    def settled_by(self, kind: StrandKind) -> tuple[str, ...]:
        """The items that a completed piece of work answers with ``yes``."""
        return tuple(item.code for item in self.items if kind in item.settled_by)

    def asked(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the items that are asked, given the answers so far, in order."""
        found: dict[str, str | None] = {}
        for item in self.items:
            known = {code: value for code, value in found.items() if value is not None}
            if item.enable_when is None or item.enable_when.holds(known):
                found[item.code] = values.get(item.code)
        return tuple(found)

    def applying(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the items that concern this person: asked, and not answered as not applicable."""
        return tuple(code for code in self.asked(values) if values.get(code) != NOT_APPLICABLE)

    def item(self, code: str) -> CheckItem:
        """Return one item; KeyError for a code the form does not have."""
        return {item.code: item for item in self.items}[code]

    def gated_codes(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> tuple[str, ...]:
        """Return the items that are gated for a person with these needs, in order."""
        needed = tuple(needs)
        return tuple(item.code for item in self.items if item.gates(needed, lives_alone))


class Suggestion(Frozen):
    """A strand that an answer suggests, and the items that suggest it. A person decides."""

    kind: StrandKind
    item: str
    because: tuple[str, ...]


def faults_of(rows: Mapping[str, CheckItem]) -> Iterator[str]:
    """What is wrong between and within the rows of a form, one fault each."""
    before: set[str] = set()
    for code, row in rows.items():
        yield from (f"{code}: {fault}" for fault in _faults_of(row, before))
        before.add(code)


def _faults_of(row: CheckItem, before: Collection[str]) -> Iterator[str]:
    yield from _faults_of_type(row)
    for condition in row.enable_when.conditions if row.enable_when is not None else ():
        if condition.item not in before:
            yield f"enable_when: {condition.item!r} is no earlier item - name one that is asked before"
    needs = {need for each in row.suggests for need in each.needs_any}
    needs |= row.gated_when.needs_any if row.gated_when is not None else frozenset()
    for need in sorted(needs):
        if not NEEDS.known(need):
            yield f"{need!r} is not a need that a referral can name - choose from {NEEDS.name}"
    for kind in row.evidence_kinds:
        if not EVIDENCE_KINDS.known(kind):
            yield f"evidence_kinds: {kind!r} is no kind of evidence - choose from {EVIDENCE_KINDS.name}"


def _faults_of_type(row: CheckItem) -> Iterator[str]:
    if (row.type in ("choice", "open-choice")) != bool(row.options):
        yield "options: belong to a choice, and a choice has some - give type and options together"
    if any(option.code == WRITTEN for option in row.options):
        yield f"options: {WRITTEN!r} is the code of an answer in words - choose another"
    if row.type == "text" and (row.gated or row.gated_when is not None):
        yield "gated: nobody judges a text at the gate - write gated: false"
    if (row.type == "number") != (row.numbers is not None):
        yield "numbers: belong to a number, and a number has them - give type and numbers together"
    if row.settled_by and row.type != "yes-no":
        yield "settled_by: work answers yes, which this item does not take - ask it as yes or no"
