"""Why is this person still here, and what happens next: one sentence each, from the case alone.

Names of organisations, items and questions are handed in, because the case holds ids and codes. Nothing here
names the person.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from discharge.calendar import short_day
from discharge.cases.actions import ACTIONS
from discharge.cases.follow_ups import CONTACT_WORDS
from discharge.cases.model import IN_HOSPITAL, Case, FollowUp, Stage, Strand, StrandKind
from discharge.cases.unready import blocker_words, blockers
from discharge.clocks import london_date
from discharge.codes.casework import CASE_OUTCOMES
from discharge.codes.delay_reasons import delay_reason_label
from discharge.delays.counting import nights_without_reason, published_delay_days, reasons_at_midnight
from discharge.delays.stays import periods_of_this_stay
from discharge.sharing import may_send, sharing_facts

KIND_WORDS: Mapping[StrandKind, str] = {
    StrandKind.ADAPTATION: "adaptation",
    StrandKind.EQUIPMENT: "equipment",
    StrandKind.REHOUSING: "rehousing",
    StrandKind.BASICS: "basics at home",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What ids and codes are called: organisations by id, strand items and gated items by code."""

    organisations: Mapping[UUID, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    gate: Mapping[str, str] = field(default_factory=dict)

    def item(self, strand: Strand) -> str:
        """Return what a strand is about, in words for the middle of a sentence."""
        label = self.items.get(strand.item, strand.item.replace("-", " "))
        return label[:1].lower() + label[1:]

    def question(self, code: str) -> str:
        """Return a gated item in words for the middle of a sentence."""
        label = self.gate.get(code, code.replace("-", " "))
        return label[:1].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class NextAction:
    """What somebody should do next, which role, and until when if a day is set."""

    words: str
    role: str
    due_on: date | None = None


def why_still_here(case: Case, today: date, names: Names | None = None) -> str:
    """Return one sentence that says why the person is still in hospital, or where they are instead."""
    names = names or Names()
    if case.closed:
        return _closed(case)
    if case.stage not in IN_HOSPITAL:
        return _at_home(case)
    opening = _waiting(case, today)
    causes = "; ".join(_causes(case, today, names))
    return f"{opening}: {causes}." if causes else f"{opening}."


def _closed(case: Case) -> str:
    ended = f" on {short_day(case.closed_on)}" if case.closed_on else ""
    return f"Closed{ended}: {CASE_OUTCOMES.label(case.outcome or 'unknown').lower()}."


def _at_home(case: Case) -> str:
    left = (
        f"Left hospital on {short_day(case.discharge.discharged_on)}" if case.discharge else "Left hospital"
    )
    trouble = [*_not_ready(case), *(_middle(ACTIONS.label(each.cause)) for each in case.open_actions)]
    if trouble:
        return f"{left}, {'; '.join(trouble)}."
    owed = next_contact(case)
    if owed is None:
        return f"{left}; every contact was made."
    return f"{left}; next: {_contact_words(owed)}."


def _not_ready(case: Case) -> list[str]:
    """What is wrong with the home that the person is in."""
    if case.unready_home is None:
        return []
    said = ", ".join(blocker_words(case, code) for code in blockers(case))
    return [f"and the home is not ready ({said})"]


def _middle(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"


def _contact_words(owed: FollowUp) -> str:
    words = CONTACT_WORDS.get(owed.key, owed.key)
    return f"{_middle(words)}, due {short_day(london_date(owed.due_at))}"


def next_contact(case: Case) -> FollowUp | None:
    """Return the earliest contact after discharge that nobody has made yet."""
    open_ones = [owed for owed in case.follow_ups.values() if owed.outcome is None]
    return min(open_ones, key=lambda owed: owed.due_at, default=None)


STAY_TAKEN_BACK: Mapping[str, str] = {
    "admission-cancelled": "the admission was cancelled",
    "expectation-cancelled": "the planned admission was cancelled",
    "deleted": "the visit was deleted as entered in error",
    "moved": "the visit belongs to another number or person",
}
"""Why the hospital's system counts a stay no more."""


def stay_taken_back(case: Case) -> str | None:
    """Why the case has no stay any more, in words for the middle of a sentence; None where it has one, or
    never had.
    """
    if case.current_spell is not None or not case.spells:
        return None
    return STAY_TAKEN_BACK.get(case.spells[-1].cancelled_because or "", "the hospital took back the stay")


def _waiting(case: Case, today: date) -> str:
    spell, taken_back = case.current_spell, stay_taken_back(case)
    if spell is not None and spell.status == "expected":
        when = f", expected {short_day(spell.expected_admission_on)}" if spell.expected_admission_on else ""
        return f"Not in hospital yet{when}"
    still_in = _still_in(case, today)
    if taken_back is not None:
        return f"{still_in}, but {taken_back}"
    if spell is not None and spell.status == "on-leave":
        return f"On leave from the ward and {still_in[0].lower()}{still_in[1:]}"
    return still_in


def _still_in(case: Case, today: date) -> str:
    if case.open_ready_period is not None:
        nights = published_delay_days(periods_of_this_stay(case), today)
        return f"Waiting {_count(nights, 'night')}" if nights else "Ready to leave since today"
    if case.expected_discharge_on is not None:
        return f"Not ready to leave yet, expected {short_day(case.expected_discharge_on)}"
    return "Not ready to leave yet, no expected date"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _causes(case: Case, today: date, names: Names) -> Iterator[str]:
    yield from _home_causes(case, today, names)
    missing = nights_without_reason(periods_of_this_stay(case), case.delay_reasons, today)
    if missing:
        yield f"no reason recorded for {_count(len(missing), 'night')}"


def _home_causes(case: Case, today: date, names: Names) -> list[str]:
    """What is under way at home, else where the case stands, else the reason that was recorded."""
    under_way = [_under_way(strand, today, names) for strand in case.open_strands if strand.required]
    if under_way:
        return under_way
    if case.stage is Stage.READY:
        return ["the home is ready, the discharge is not confirmed"]
    standing = _STANDING.get(case.stage)
    if standing is not None:
        return [standing(case)]
    blocked = [names.question(item.code) for item in case.gate.values() if not item.satisfied]
    if blocked:
        return [f"not confirmed: {', '.join(blocked)}"]
    return [delay_reason_label(code).lower() for code in _reason_today(case, today)]


def _reason_today(case: Case, today: date) -> tuple[str, ...]:
    return reasons_at_midnight(case.delay_reasons, today, "local") or reasons_at_midnight(
        case.delay_reasons, today, "national"
    )


def _under_way(strand: Strand, today: date, names: Names) -> str:
    what = names.item(strand)
    kind = KIND_WORDS[strand.kind]
    named = what if what == kind else f"{what} ({kind})"
    due = ""
    if strand.due_on is not None:
        late = strand.due_on < today
        due = f" {'was due' if late else 'due'} {short_day(strand.due_on)}"
    partner = names.organisations.get(strand.partner_id) if strand.partner_id else None
    return f"{named}{due}{f', with {partner}' if partner else ''}"


def _referred(case: Case) -> str:
    if case.referral is not None and case.referral.awaiting_spell:
        return "the referral waits for the hospital stay it belongs to"
    return "the referral is not accepted yet"


def _accepted(case: Case) -> str:
    return "the home check is not completed" if case.check else "the home check has not begun"


_STANDING: Mapping[Stage, Callable[[Case], str]] = {Stage.REFERRED: _referred, Stage.ACCEPTED: _accepted}


def next_action(case: Case, today: date, names: Names | None = None) -> NextAction | None:
    """Return the one thing to do next, the most pressing first; None when a closed case needs nothing."""
    if case.closed:
        return None
    return next((action for action in _actions(case, today, names or Names())), None)


def _actions(case: Case, today: date, names: Names) -> Iterator[NextAction]:
    if case.stage not in IN_HOSPITAL:
        yield from _actions_after(case)
        return
    if case.stage is Stage.REFERRED:
        yield NextAction("Accept the referral, or return it with a reason", "coordinator")
    elif case.stage is Stage.ACCEPTED:
        yield NextAction("Complete the home check" if case.check else "Begin the home check", "coordinator")
    elif case.stage is Stage.READY:
        yield NextAction(
            "Agree the day and confirm the discharge", "discharge-team", case.expected_discharge_on
        )
    else:
        yield from _actions_making_ready(case, today, names)


def _actions_making_ready(case: Case, today: date, names: Names) -> Iterator[NextAction]:
    for strand in case.open_strands:
        yield from _pressing(case, strand, today, names)
    blocked = [names.question(item.code) for item in case.gate.values() if not item.satisfied]
    if blocked:
        yield NextAction(f"Confirm or make safe: {', '.join(blocked)}", "coordinator", case.needed_by)
    for strand in case.open_strands:
        yield NextAction(f"Wait for the {names.item(strand)}", strand.owner_role, strand.due_on)
    yield NextAction("Say what the home still needs", "coordinator", case.needed_by)


def _pressing(case: Case, strand: Strand, today: date, names: Names) -> Iterator[NextAction]:
    if strand.partner_id is not None and not may_send(sharing_facts(case), "council").allowed:
        yield NextAction("Record consent or another basis, so that partners can be told", "coordinator")
    if strand.open_offer is not None:
        words = "Get the person's answer to the offer of a home"
        yield NextAction(words, "coordinator", strand.open_offer.respond_by)
    if strand.due_on is not None and strand.due_on < today:
        yield NextAction(
            f"Ask for a new day: the {names.item(strand)} is late", strand.owner_role, strand.due_on
        )


def _actions_after(case: Case) -> Iterator[NextAction]:
    for action in case.open_actions:
        words = f"Answer: {_middle(ACTIONS.label(action.cause))}"
        yield NextAction(words, action.owner_role, london_date(action.due_at))
    if case.unready_home is not None:
        said = ", ".join(blocker_words(case, code) for code in blockers(case))
        yield NextAction(f"Ring or visit, and answer: {said}", "coordinator", case.unready_home.since)
    owed = next_contact(case)
    if owed is not None:
        words = CONTACT_WORDS.get(owed.key, owed.key)
        yield NextAction(words, "coordinator", london_date(owed.due_at))
    yield NextAction("Close the case with an outcome", "coordinator")
