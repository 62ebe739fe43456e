"""What the case itself says about a question of a form. Advice is shown; it never chooses."""

from __future__ import annotations

from api.cases.summary import made_safe
from api.forms.model import Around
from api.web.page import words
from discharge.codes.casework import CASE_OUTCOMES
from discharge.outcomes.case_outcome import suggested_outcome
from housing_checks.gate.blockers import blocking


def outcome(around: Around) -> str:
    """The outcome that fits what was done and where the person went."""
    label = CASE_OUTCOMES.label(suggested_outcome(around.case))
    return f"What is recorded suggests: {label}. Choose what is true."


def not_ready(around: Around) -> str:
    """What keeps the gate shut."""
    said = "; ".join(each.words for each in blocking(around.case))
    return f"The home is not ready: {said}."


def leaving(around: Around) -> str:
    """Where home is, and what is only made safe for now there."""
    facts = [f"{fact.key}: {fact.value}" for fact in made_safe(around.case, around.known)]
    home = f"The home on the record: {around.lives_at}." if around.lives_at else ""
    return " ".join((home, *(["Mitigations on record:", *facts] if facts else [])))


def needed(around: Around) -> str:
    """By when, for a person who is still in hospital."""
    case = around.case
    if case.home_needed_on is None or case.discharge is not None:
        return "In brackets: how long it usually takes."
    day = words.short_day(case.home_needed_on, today=around.today)
    return f"The home is needed by {day}. In brackets: how long it usually takes."
