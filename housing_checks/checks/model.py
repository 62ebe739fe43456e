"""What a check form is made of.

A form is data with a version: a completed check keeps the form it was made on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from discharge.cases.circumstances import need_facts
from discharge.cases.model import StrandKind
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
from housing_checks.checks.due import Due
from housing_checks.checks.enable_when import Condition, EnableWhen, Facts, as_text
from housing_checks.checks.not_applicable import FREELY, WHY_IT_DOES_NOT_APPLY, NotApplicable

COORDINATOR = "coordinator"
"""Whose move it is where an item names nobody."""

Text = Annotated[str, Field(min_length=1)]
AnswerWord = Annotated[str, BeforeValidator(as_text)]
NOTHING_KNOWN: Facts = {}


class GatedWhen(Frozen):
    """When a conditional item is gated: for any of these needs, when the person lives alone, or as earlier
    answers and facts of the case say (`all`, `any`).
    """

    needs_any: frozenset[str] = frozenset()
    lives_alone: bool = False
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    @property
    def when(self) -> EnableWhen | None:
        """The conditions over answers and facts."""
        return EnableWhen(all=self.all, any=self.any) if self.all or self.any else None

    def holds(self, values: Mapping[str, str], facts: Facts) -> bool:
        """Whether it holds; not knowing whether somebody lives alone counts as alone, and a need that nobody
        named as none.
        """
        alone = self.lives_alone and facts.get("lives-alone") != "no"
        needed = any(facts.get(need) == "yes" for need in self.needs_any)
        return alone or needed or (self.when is not None and self.when.holds(values, facts))


class Suggested(Frozen):
    """A strand worth considering when an item is ``no``; with ``needs_any``, only for those needs, and with
    ``unless_any`` for nobody of whom one of those facts is known (`discharge.cases.circumstances`).
    """

    kind: StrandKind
    item: str
    needs_any: frozenset[str] = frozenset()
    unless_any: frozenset[str] = frozenset()


class OwnerWhile(Frozen):
    """Who owns an item as long as another one is not yes; with ``facts``, only where the case, as everybody
    reads it, says so of each of them.
    """

    item: str
    owner: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem(Code):
    """One question, worded so that ``yes`` is safe; ``label`` says it in a few words.

    A gated item must be ``yes`` or mitigated before the person leaves: always when ``gated``, else when
    ``gated_when`` holds. ``of_the_building`` says that the answer goes with the building, so that it is
    unknown again for a new home; ``of_the_arrival`` that it was arranged for one arrival only.
    ``having_a_home`` asks whether there is a home at all; ``basic`` is one of the basics at home;
    ``settled_by`` names the kinds of work whose completion answers it with ``yes``.

    ``asked_when`` (formerly ``enable_when``) says for which earlier answers and facts of the case it is
    asked at all, and ``tells`` of which facts its own answer speaks: yes for these answers, no for others.
    ``evidence_kinds`` says how an answer may be known, and ``holds_for`` how long it holds. What is not
    asked, or does not apply, blocks nothing; ``not_applicable`` says whether that may be said, and when.

    ``owner`` is the role whose move it is while the answer is not yes, another one with ``owner_while``;
    with ``owner_stays`` it is given to nobody else, and with ``owners`` to these as well (else to anybody
    whose move any item can be). ``next_action`` says what they do, and ``due`` by when. ``while_open`` says
    in the middle of a sentence that it is not yes yet.
    ``same_as`` names the item of an earlier edition that asks the same; with ``same_answers`` only these of
    its answers mean the same. ``safety``: about the safety of people, and never kept on a device.
    ``newest_counts``: it repeats what is decided elsewhere, so that the last answer counts, and nobody
    contradicts it. ``own_words``: what the person says of themselves, shown first; ``says_who_may_know``:
    whom of others they want told. ``words_read_by``: who reads what is written of it: everybody who follows
    the case, or its ``team`` alone, which the trust, the housing service and the referrer are.
    ``names_the_building``: says to which building the person goes, the one that the check is about.
    """

    domain: Text
    question: Text
    help: str
    evidence: str
    severity: Literal["stop", "red", "amber"]
    type: AnswerType = "yes-no"
    options: tuple[Option, ...] = ()
    numbers: Numbers | None = None
    not_applicable: bool | NotApplicable = False
    asked_when: Annotated[
        EnableWhen | None, Field(validation_alias=AliasChoices("asked_when", "enable_when"))
    ] = None
    tells: Mapping[str, tuple[AnswerWord, ...]] = field(default_factory=dict, hash=False)
    evidence_kinds: tuple[str, ...] = ()
    holds_for: Duration | None = None
    gated: bool = True
    gated_when: GatedWhen | None = None
    owner: str = COORDINATOR
    owner_while: OwnerWhile | None = None
    owner_stays: bool = False
    owners: tuple[str, ...] = ()
    while_open: str = ""
    next_action: str = ""
    due: Due | None = None
    same_as: str | None = None
    same_answers: tuple[AnswerWord, ...] = ()
    safety: bool = False
    newest_counts: bool = False
    names_the_building: bool = False
    own_words: bool = False
    says_who_may_know: bool = False
    words_read_by: Literal["everybody", "team"] = "everybody"
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
    def left_aside(self) -> NotApplicable:
        """When *does not apply* may be said of it."""
        return self.not_applicable if isinstance(self.not_applicable, NotApplicable) else FREELY

    @property
    def hint(self) -> str:
        """What helps to answer it, with what *does not apply* needs."""
        return f"{self.help} {WHY_IT_DOES_NOT_APPLY}" if self.left_aside.reason else self.help

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

    def gates(self, values: Mapping[str, str], facts: Facts) -> bool:
        """Whether the item is gated in a case of which these answers and facts are known."""
        return self.gated or (self.gated_when is not None and self.gated_when.holds(values, facts))

    def told(self, value: str | None) -> Iterator[tuple[str, YesNoUnknown]]:
        """What an answer says of facts of the case; one that is missing, or not known, says nothing."""
        if value is not None and value != UNKNOWN[0] and self.tells and self.takes(value):
            yield from ((fact, "yes" if value in answers else "no") for fact, answers in self.tells.items())


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

    @cached_property
    def building_item(self) -> CheckItem | None:
        """The item that says where the person goes; None for a form that does not ask."""
        return next((item for item in self.items if item.names_the_building), None)

    @cached_property
    def by_code(self) -> Mapping[str, CheckItem]:
        """The items by their codes, in order."""
        return {item.code: item for item in self.items}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all items, in order."""
        return tuple(self.by_code)

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

    @property
    def by_circumstances(self) -> bool:
        """Whether facts of the case decide what it asks, and not answers alone."""
        return any(item.asked_when is not None and item.asked_when.facts for item in self.items)

    def asked(self, values: Mapping[str, str], facts: Facts = NOTHING_KNOWN) -> tuple[str, ...]:
        """Return the items that are asked, given the answers so far and the facts of the case, in order."""
        return tuple(item.code for item in Asking(self, values, facts).asked)

    def applying(self, values: Mapping[str, str], facts: Facts = NOTHING_KNOWN) -> tuple[str, ...]:
        """Return the items that concern this person: asked, and not answered as not applicable where that may
        be said.
        """
        asking = Asking(self, values, facts)
        return tuple(item.code for item in asking.asked if not asking.leaves_aside(item))

    def applying_after_all(self, values: Mapping[str, str], facts: Facts = NOTHING_KNOWN) -> frozenset[str]:
        """Return the items that are answered as not applicable, and apply, as other answers or facts say."""
        asking = Asking(self, values, facts)
        aside = (item for item in asking.asked if values.get(item.code) == NOT_APPLICABLE)
        return frozenset(item.code for item in aside if not asking.leaves_aside(item))

    def awaiting(self, values: Mapping[str, str], facts: Facts = NOTHING_KNOWN) -> frozenset[str]:
        """Return the asked items that an earlier answer, still to come, may leave out."""
        return frozenset(item.code for item in Asking(self, values, facts).awaiting)

    def facts(self, values: Mapping[str, str], facts: Facts = NOTHING_KNOWN) -> Facts:
        """Return the facts of the case with what the answers say of them."""
        return Asking(self, values, facts).facts

    def gated(self, values: Mapping[str, str], facts: Facts) -> tuple[str, ...]:
        """Return the items that are gated in a case of which these answers and facts are known, in order."""
        asking = Asking(self, values, facts)
        return tuple(
            item.code
            for item in asking.asked
            if item.gates(asking.given, asking.facts) and not asking.leaves_aside(item)
        )

    def item(self, code: str) -> CheckItem:
        """Return one item; KeyError for a code the form does not have."""
        return self.by_code[code]

    def gated_codes(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> tuple[str, ...]:
        """Return the items that are gated for a person with these needs, asked or not, in order."""
        facts: dict[str, YesNoUnknown] = {**need_facts(needs), "lives-alone": lives_alone}
        return tuple(item.code for item in self.items if item.gates({}, facts))


class Asking:
    """What a form asks, item by item: an answer may tell a fact of the case that later items depend on."""

    def __init__(self, form: CheckForm, values: Mapping[str, str], facts: Facts) -> None:
        """Go through the form with the answers so far."""
        self.facts = dict(facts)
        self.given: dict[str, str] = {}
        self.asked: list[CheckItem] = []
        self.awaiting: list[CheckItem] = []
        self._to_come: set[str] = set()
        for item in form.items:
            if item.asked_when is None or item.asked_when.holds(self.given, self.facts):
                self._ask(item, values.get(item.code))

    def leaves_aside(self, item: CheckItem) -> bool:
        """Whether an item is answered as not applicable, and nothing known says that it does apply."""
        return self.given.get(item.code) == NOT_APPLICABLE and not item.left_aside.is_out(
            self.given, self.facts
        )

    def _ask(self, item: CheckItem, value: str | None) -> None:
        self.asked.append(item)
        when = item.asked_when
        if when is not None and not when.holds(self.given, self.facts, self._to_come):
            self.awaiting.append(item)
        if value is None:
            self._to_come.update(item.tells)
            return
        self.given[item.code] = value
        self._to_come.difference_update(item.tells)
        self.facts.update(item.told(value))


class Suggestion(Frozen):
    """A strand that an answer suggests, and the items that suggest it. A person decides."""

    kind: StrandKind
    item: str
    because: tuple[str, ...]
