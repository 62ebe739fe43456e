"""What a check form is made of.

A form is data with a version: a completed check keeps the form it was made on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from discharge.cases.model import StrandKind
from discharge.values import Frozen, YesNoUnknown


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


class CheckItem(Frozen):
    """One question, worded so that ``yes`` is safe.

    A gated item must be ``yes`` or mitigated before the person leaves: always when ``gated``, else when
    ``gated_when`` holds. ``of_the_building`` says that the answer goes with the building, so that it is
    unknown again for a new home; ``of_the_arrival`` that it was arranged for one arrival only.
    """

    code: str
    domain: str
    question: str
    short: str
    help: str
    evidence: str
    severity: str
    gated: bool = True
    gated_when: Condition | None = None
    of_the_building: bool = False
    of_the_arrival: bool = False
    suggests: tuple[Suggested, ...] = ()

    def gates(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> bool:
        """Whether the item is gated for a person with these needs."""
        return self.gated or (self.gated_when is not None and self.gated_when.holds(needs, lives_alone))


class CheckForm(Frozen):
    """One version of the check: its items in the order in which they are asked."""

    code: str
    title: str
    effective_from: date
    effective_until: date | None = None
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

    def item(self, code: str) -> CheckItem:
        """Return one item; KeyError for a code the form does not have."""
        return {item.code: item for item in self.items}[code]

    def holds(self, on: date) -> bool:
        """Whether a check may begin on this form on a day."""
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)

    def gated_codes(self, needs: Iterable[str], lives_alone: YesNoUnknown) -> tuple[str, ...]:
        """Return the items that are gated for a person with these needs, in order."""
        needed = tuple(needs)
        return tuple(item.code for item in self.items if item.gates(needed, lives_alone))


class Suggestion(Frozen):
    """A strand that an answer suggests, and the items that suggest it. A person decides."""

    kind: StrandKind
    item: str
    because: tuple[str, ...]
