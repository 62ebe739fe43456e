"""When *does not apply* may be said of an item that is asked, and when only with words: data of its row."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.values import Frozen
from housing_checks.checks.enable_when import EnableWhen, Facts

WHY_IT_DOES_NOT_APPLY = "If it does not apply, write why in the note."


class NotApplicable(Frozen):
    """When *does not apply* may be said: not where `never_when` is known to hold, and with `reason` only with
    words why; where `free_when` is known to hold, without.
    """

    never_when: EnableWhen | None = None
    reason: bool = False
    free_when: EnableWhen | None = None

    def is_out(self, values: Mapping[str, str], facts: Facts) -> bool:
        """Whether these answers and facts say that the item does apply."""
        return self.never_when is not None and self.never_when.known(values, facts)

    def needs_words(self, values: Mapping[str, str], facts: Facts) -> bool:
        """Whether somebody has to say why it does not apply."""
        free = self.free_when is not None and self.free_when.known(values, facts)
        return self.reason and not free


FREELY = NotApplicable()
"""Of most items anybody may say so."""
