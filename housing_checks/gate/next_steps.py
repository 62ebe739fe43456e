"""What to do next about something that stands between a person and home, in words."""

from __future__ import annotations

from collections.abc import Sequence

from discharge.calendar import spoken_day
from discharge.cases.model import Case, GateItem, Stage, Strand
from discharge.pathway_words import middle
from housing_checks.checks.answers import asked_of
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckItem, Suggestion
from housing_checks.lead_times import item_label
from housing_checks.strands.definitions import steps_of


def next_of_check(case: Case) -> str:
    """Return what to do about a check that is not complete."""
    if case.stage is Stage.REFERRED:
        return "Accept the referral, or return it with a reason"
    if case.check is None:
        return "Begin the home check"
    values = case.check.answers
    asked = asked_of(case, form_of_case(case))
    left = sum(code not in values for code in asked)
    return f"Answer what is left ({left} of {len(asked)}) and complete the home check"


def next_of_item(
    item: GateItem, row: CheckItem | None, works: Sequence[Strand], left: Sequence[Suggestion]
) -> str:
    """Return what to do about an item that is not yes: wait for work that has begun, else what its form says,
    else ask, or begin what its answer suggests (``left`` of the suggestions).
    """
    if works:
        awaited = listed([middle(item_label(each.kind, each.item)) for each in works])
        return f"Wait for this work, then update the answer: {awaited}"
    question = row.question if row is not None else item.code
    if item.expired:
        return f"Ask again: {question}"
    if row is not None and row.next_action:
        return row.next_action
    if item.value != "no":
        return f"Find out: {question}"
    begin = [middle(item_label(each.kind, each.item)) for each in left if item.code in each.because]
    put_right = f"Start {listed(begin, 'or')}" if begin else "Put it right"
    return f"{put_right}, or record a mitigation"


def next_of_strand(strand: Strand) -> str:
    """Return the next step of work that is under way."""
    what = middle(item_label(strand.kind, strand.item))
    if strand.former_home and strand.kept_on is None:
        return f"Cancel the order, move it to the new home, or keep it: {what}"
    if strand.open_offer is not None:
        return f"Get the person's answer to the offer by {spoken_day(strand.open_offer.respond_by)}"
    if strand.overdue_since is not None:
        return f"Ask for a new day, because it is late: {what}"
    steps = steps_of(strand)
    here = next((place for place, step in enumerate(steps) if step.code == strand.step), len(steps))
    following = next(iter(steps[here + 1 :]), None)
    return f"Next step: {middle(following.words)}" if following is not None else f"Finish: {what}"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Return one, two and three."""
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
