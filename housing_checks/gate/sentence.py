"""What stands between this person and home, whose move is it, and when will it be done: one sentence for
pages, the worklist and interfaces alike. Nothing here names the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from discharge.calendar import short_day
from discharge.cases.circumstances import placed_away
from discharge.cases.model import Case, Mitigation, Strand
from discharge.cases.stages import HOME
from discharge.cases.unready import in_checked_home
from discharge.codes.casework import MITIGATIONS, OWNER_ROLES
from discharge.pathway_words import Names, former_words, middle
from housing_checks.checks.form import form_of_case
from housing_checks.checks.move import no_before_the_move
from housing_checks.gate.blockers import Blocker, blocking, foreseen, item_words
from housing_checks.lead_times import item_label

MOST_NAMED, MOST_ON_A_LIST = 6, 2
"""So many blockers are named on the page of the case, and on a list of people; of more it says how many."""


def what_stands_between(case: Case, today: date, names: Names | None = None, most: int = MOST_NAMED) -> str:
    """Return one sentence: what blocks, whose move it is and by when; or that nothing does, and which
    mitigations must hold. It begins with a capital; a page may put the person's name before it.
    """
    if case.closed:
        return "The case is closed."
    names, blocked = names or Names(), _named_once(blocking(case))
    if not blocked:
        return _open(case, today, names)
    said = [_blocker_words(case, each, today, names) for each in blocked[:most]]
    if blocked[0].kind == "check" and len(said) > 1:
        said[1] = f"already known: {said[1]}"
    more = len(blocked) - most
    rest = [f"{more} more"] if more > 0 else []
    return f"{_opening(case)}: {_joined([*said, *rest, *_no_before(case, blocked)])}."


def _no_before(case: Case, blocked: Sequence[Blocker]) -> list[str]:
    """What was no until the check moved to another form, and nobody has answered since."""
    left = no_before_the_move(case) if blocked[0].kind == "check" else ()
    if not left:
        return []
    named = [middle(each) for each in left[:MOST_NAMED]]
    more = [f"{len(left) - MOST_NAMED} more"] if len(left) > MOST_NAMED else []
    return [f"no on the former questions, and not answered since: {', '.join([*named, *more])}"]


def short_sentence(case: Case, today: date, names: Names | None = None) -> str | None:
    """Return the sentence for a list of people: the first blockers, and how many more; None where nobody
    waits for the home, or nothing that blocks is known of it.
    """
    known = case.gate or foreseen(case) or no_before_the_move(case)
    if case.closed or not known or (case.stage in HOME and case.unready_home is None):
        return None
    return what_stands_between(case, today, names, MOST_ON_A_LIST)


def _named_once(blocked: Sequence[Blocker]) -> list[Blocker]:
    """The blockers without work that an item waits for: it is named with the item."""
    awaited = {key for each in blocked for key in each.waits_for}
    return [each for each in blocked if each.code not in awaited]


def _opening(case: Case) -> str:
    if in_checked_home(case):
        return "Is at home, and the home is not ready"
    if case.stage in HOME:
        return "Cannot go home from there yet"
    if placed_away(case):
        return "Cannot move home from the placement yet"
    return "Is at home, and the home is not ready" if case.in_community else "Cannot go home yet"


def _open(case: Case, today: date, names: Names) -> str:
    held = [
        _mitigation_words(case, item.code, item.mitigation, today, names)
        for item in case.gate_items
        if item.mitigation is not None and item.value != "yes"
    ]
    at_home = (case.in_community and not placed_away(case)) or in_checked_home(case)
    ready = "The home is ready" if at_home else "Can go home: the home is ready"
    if not held:
        return f"{ready}."
    return f"{ready} while this holds: {_joined(held)}."


def _mitigation_words(case: Case, code: str, named: Mitigation, today: date, names: Names) -> str:
    who = _who(named.role, names.users.get(named.user_id) if named.user_id is not None else None)
    instead = middle(MITIGATIONS.label(named.code))
    return f"{middle(item_words(case, code))}: {instead} ({who}, until {short_day(named.ends_on, today)})"


def _blocker_words(case: Case, each: Blocker, today: date, names: Names) -> str:
    who = _who(each.owner_role, names.users.get(each.user_id) if each.user_id is not None else None)
    when = _by(each.due_on, today)
    return f"{_what(case, each)} ({who}{f', {when}' if when else ''}){_awaited(case, each, today)}"


def _what(case: Case, each: Blocker) -> str:
    if each.kind == "check":
        return "the home check is not complete" if case.check is not None else "the home was not checked"
    if each.kind == "strand":
        strand = case.strands[each.code]
        previous = f", {former_words(strand)}" if strand.former_home else ""
        return f"{_work(strand)}{previous}"
    label = spoken(case, each.code)
    if label != middle(item_words(case, each.code)):
        return label
    if each.why == "no" and each.code not in case.gate:
        return f"{label}: no"
    return f"{label}, {_WHY[each.why]}" if each.why in _WHY else label


def spoken(case: Case, code: str) -> str:
    """An item in the middle of the sentence, in words of its own that it is not yes yet where it has some."""
    row = form_of_case(case).by_code.get(code)
    return (row.while_open if row is not None else "") or middle(item_words(case, code))


_WHY = {
    "run-out": "whose answer has run out",
    "mitigation-ended": "whose mitigation has ended",
    "unknown": "not known",
    "not-answered": "not asked yet",
    "not-recorded": "whose record is missing",
}
"""Beside a plain no, why an item blocks."""


def _awaited(case: Case, each: Blocker, today: date) -> str:
    works = [case.strands[key] for key in each.waits_for]
    if not works:
        return ""
    return f", waiting for {_joined([_work_and_day(strand, today) for strand in works])}"


def _work_and_day(strand: Strand, today: date) -> str:
    when = _by(strand.due_on, today)
    return f"{_work(strand)} ({_who(strand.owner_role)}{f', {when}' if when else ''})"


def _work(strand: Strand) -> str:
    return middle(item_label(strand.kind, strand.item))


def _who(role: str, person: str | None = None) -> str:
    who = middle(OWNER_ROLES.label(role))
    return f"{who}, {person}" if person else who


def _by(due: date | None, today: date) -> str:
    if due is None:
        return ""
    if due < today:
        return f"was due {short_day(due, today)}"
    return "by today" if due == today else f"by {short_day(due, today)}"


def _joined(words: Sequence[str]) -> str:
    """One, two and three; with semicolons, because each may have commas of its own."""
    *first, last = words
    return f"{'; '.join(first)}; and {last}" if first else last
