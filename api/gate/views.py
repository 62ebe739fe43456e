"""What stands between a person and home, as the page of the case shows it."""

from __future__ import annotations

from datetime import date

from api.cases.page_values import ToDo
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, strand_tag
from api.web.principals import Principal
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Case
from discharge.codes import casework
from housing_checks.gate.blockers import Beside, Blocker, OpenWork, beside, blocking, foreseen

SHUT_TAGS = {
    "not-checked": Tag("To do", "yellow"),
    "no": Tag("No", "red"),
    "unknown": Tag("Not known", "yellow"),
    "not-answered": Tag("Not asked", "yellow"),
    "not-recorded": Tag("Not recorded", "orange"),
    "run-out": Tag("Run out", "orange"),
    "mitigation-ended": Tag("Mitigation ended", "orange"),
}
"""Why an item or the check blocks -> how its line is marked; work has the tag of its strand."""


def to_do(case: Case, caller: Principal, known: Directory, today: date) -> tuple[ToDo, ...]:
    """What is left before the person can leave: whose move it is, by when, and what to do next."""
    return tuple(
        ToDo(each.words, hint(each, known, today), _href(case, each, caller), _tag(case, each))
        for each in blocking(case)
    )


def goes_on_beside(case: Case, known: Directory, today: date) -> tuple[ToDo, ...]:
    """What goes on and does not block; mitigations are shown by themselves."""
    return tuple(
        ToDo(each.words, hint(each, known, today), "", _tag_beside(case, each))
        for each in beside(case)
        if each.kind != "mitigation"
    )


def hint(each: OpenWork, known: Directory, today: date) -> str:
    """Whose move it is and by when, what to do next, and since when it is so."""
    whose = f"{owner(each, known)}, {due(each.due_on, today)}"
    since = f" Since {words.short_day(each.since, today=today)}." if each.since else ""
    return f"{whose}. {each.next_action}{'' if each.next_action.endswith('?') else '.'}{since}"


def owner(each: OpenWork, known: Directory) -> str:
    """The role, and the person or the organisation that has it in this case."""
    role = casework.OWNER_ROLES.label(each.owner_role)
    person = known.user(each.user_id)
    named = person or (known.organisation(each.organisation_id) if each.organisation_id else "")
    return f"{role} ({named})" if named else role


def due(day: date | None, today: date) -> str:
    """By when."""
    if day is None:
        return "no date yet"
    if day < today:
        return f"was due {words.short_day(day, today=today)}"
    return "by today" if day == today else f"by {words.short_day(day, today=today)}"


def _tag(case: Case, each: Blocker) -> Tag:
    return strand_tag(case.strands[each.code]) if each.kind == "strand" else SHUT_TAGS[each.why]


def _tag_beside(case: Case, each: Beside) -> Tag:
    if each.kind == "strand":
        return strand_tag(case.strands[each.code])
    if each.code in foreseen(case):
        return Tag("Blocks once the check is complete", "yellow")
    return Tag("Does not block", "grey")


def _href(case: Case, each: Blocker, caller: Principal) -> str:
    """Where the caller may deal with it, if they may."""
    base = f"/cases/{case.case_id}"
    if each.kind == "strand":
        return f"{base}/do/move-strand?strand={each.code}" if _may(case, caller, "move-strand") else ""
    there = f"{base}/check" if each.kind == "check" else f"{base}/check/items/{each.code}"
    return there if _may(case, caller, "confirm-item") else ""


def _may(case: Case, caller: Principal, kind: str) -> bool:
    return may_ask(case, kind) and caller.may_on(case, kind)
