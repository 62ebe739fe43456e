"""The one next thing to do in a case, as pages, the worklist and interfaces say it.

Where items of the check stand in the way, it is that of the first one, so that it names the owner whom the
list of what stands between names.
"""

from __future__ import annotations

from datetime import date

from discharge.cases.model import Case
from discharge.disclosure import Telling
from discharge.next_actions import NextAction, next_action
from discharge.pathway_words import Names
from housing_checks.gate.blockers import blocking, item_words


def next_told(telling: Telling, today: date, names: Names | None = None) -> NextAction | None:
    """Return what to do next, as far as the reader is told; None where nothing is told, or left."""
    action = telling.of("next_action", lambda whole: next_action(whole, today, names))
    if action is None or not action.at_gate:
        return action
    return telling.of("blocking", first_at_gate) or action


def first_at_gate(case: Case) -> NextAction | None:
    """Return the next step of the first item that keeps the gate shut: its owner, and their day."""
    first = next((each for each in blocking(case) if each.kind == "item"), None)
    if first is None:
        return None
    words = f"{item_words(case, first.code)}: {first.next_action}"
    return NextAction(words, first.owner_role, first.due_on, at_gate=True)
