"""What a check form is made of.

A form is data with a version: a completed check keeps the form it was made on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from discharge.cases.model import StrandKind
from discharge.codes.casework import NEEDS
from discharge.codes.model import Code
from discharge.values import Frozen, YesNoUnknown

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
    """

    domain: Text
    question: Text
    help: str
    evidence: str
    severity: Literal["stop", "red", "amber"]
    gated: bool = True
    gated_when: Condition | None = None
    of_the_building: bool = False
    of_the_arrival: bool = False
    having_a_home: bool = False
    basic: bool = False
    settled_by: tuple[StrandKind, ...] = ()
    suggests: tuple[Suggested, ...] = ()

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
    for code, row in rows.items():
        needs = {need for each in row.suggests for need in each.needs_any}
        needs |= row.gated_when.needs_any if row.gated_when is not None else frozenset()
        for need in sorted(needs):
            if not NEEDS.known(need):
                yield f"{code}: {need!r} is no need that a referral can name - choose from {NEEDS.name}"
