"""What somebody should do next in a case: the one most pressing thing, whose it is, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from discharge.cases.actions import action_words
from discharge.cases.follow_ups import contact_words
from discharge.cases.model import IN_HOSPITAL, Case, Stage, Strand
from discharge.cases.unready import blocker_words, blockers
from discharge.clocks import london_date
from discharge.pathway_words import Names, middle, next_contact
from discharge.sharing import may_send, sharing_facts


@dataclass(frozen=True, slots=True)
class NextAction:
    """What somebody should do next, which role, and until when if a day is set; ``at_gate`` where items of
    the check stand in the way: their form says whose move each is.
    """

    words: str
    role: str
    due_on: date | None = None
    at_gate: bool = False


def next_action(case: Case, today: date, names: Names | None = None) -> NextAction | None:
    """Return the one thing to do next, the most pressing first; None when a closed case needs nothing."""
    if case.closed:
        return None
    return next((action for action in _actions(case, today, names or Names())), None)


def _actions(case: Case, today: date, names: Names) -> Iterator[NextAction]:
    for action in case.open_actions:
        words = f"Answer: {middle(action_words(action))}"
        yield NextAction(words, action.owner_role, london_date(action.due_at))
    if case.stage not in IN_HOSPITAL:
        yield from _actions_after(case, today, names)
        return
    if case.stage is Stage.REFERRED:
        yield NextAction("Accept the referral, or return it with a reason", "coordinator")
    elif case.stage is Stage.ACCEPTED:
        yield NextAction("Complete the home check" if case.check else "Begin the home check", "coordinator")
    elif case.stage is Stage.READY and case.in_community:
        yield NextAction("Close the case: the person stays at home", "coordinator")
    elif case.stage is Stage.READY:
        yield NextAction(
            "Agree the day and confirm the discharge", "discharge-team", case.expected_discharge_on
        )
    else:
        yield from _actions_making_ready(case, today, names)


def _actions_making_ready(case: Case, today: date, names: Names) -> Iterator[NextAction]:
    for strand in case.open_strands:
        yield from _pressing(case, strand, today, names)
    blocked = [names.question(item.code) for item in case.gate_items if not item.satisfied]
    if blocked:
        words = f"Confirm, or record a mitigation: {', '.join(blocked)}"
        yield NextAction(words, "coordinator", case.needed_by, at_gate=True)
    for strand in (each for each in case.open_strands if each.kept_on is None):
        yield NextAction(f"Wait for the {names.item(strand)}", strand.owner_role, strand.due_on)
    yield NextAction("Record what the home still needs", "coordinator", case.needed_by)


def _pressing(case: Case, strand: Strand, today: date, names: Names) -> Iterator[NextAction]:
    if strand.partner_id is not None and not may_send(sharing_facts(case), "council").allowed:
        yield NextAction("Record consent or another basis, so that we can share with partners", "coordinator")
    if strand.former_home and strand.kept_on is None:
        words = f"Cancel the {names.item(strand)}, move it to the new home, or keep it"
        yield NextAction(words, "coordinator")
    if strand.open_offer is not None:
        words = "Get the person's answer to the offer of a home"
        yield NextAction(words, "coordinator", strand.open_offer.respond_by)
    if strand.due_on is not None and strand.due_on < today:
        yield NextAction(
            f"Ask for a new day: the {names.item(strand)} is late", strand.owner_role, strand.due_on
        )


def _actions_after(case: Case, today: date, names: Names) -> Iterator[NextAction]:
    if case.unready_home is not None:
        said = ", ".join(blocker_words(case, code, names.question) for code in blockers(case))
        yield NextAction(f"Ring or visit, and answer: {said}", "coordinator", case.unready_home.since)
    owed = next_contact(case, today)
    if owed is not None:
        words = contact_words(owed.key)
        yield NextAction(words, "coordinator", london_date(owed.due_at))
    yield NextAction("Close the case with an outcome", "coordinator")
