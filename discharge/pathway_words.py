"""Why is this person still here, or how are they at home: one sentence, from the case alone.

Names of organisations, items and questions are handed in, because the case holds ids and codes. Nothing here
names the person.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from discharge.calendar import short_day
from discharge.cases.actions import MISSED, NOT_REACHED, action_words
from discharge.cases.contacts import contacts_in_vain, contacts_owed, overdue
from discharge.cases.follow_ups import contact_words, reached
from discharge.cases.model import IN_HOSPITAL, REHOUSING, Case, FollowUp, Stage, Strand
from discharge.cases.unready import CHECKED_HOME, blocker_words, blockers
from discharge.clocks import london_date
from discharge.codes.admissions import AdmissionKind
from discharge.codes.casework import CASE_OUTCOMES
from discharge.codes.delay_reasons import delay_reason_label
from discharge.codes.destinations import DISCHARGE_DESTINATIONS
from discharge.delays.night_counts import nights_without_reason, published_delay_days, reasons_at_midnight
from discharge.delays.stays import periods_of_this_stay
from discharge.outcomes.failed_discharge import kind_of_return


@dataclass(frozen=True, slots=True)
class Names:
    """What ids and codes are called: organisations and staff by id; strand items, gated items and kinds of
    strands by code.
    """

    organisations: Mapping[UUID, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    gate: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[UUID, str] = field(default_factory=dict)

    def item(self, strand: Strand) -> str:
        """Return what a strand is about, in words for the middle of a sentence."""
        label = self.items.get(strand.item, strand.item.replace("-", " "))
        return label[:1].lower() + label[1:]

    def kind(self, strand: Strand) -> str:
        """Return what kind of strand it is, in words for the middle of a sentence."""
        label = self.kinds.get(strand.kind, strand.kind.replace("-", " "))
        return label[:1].lower() + label[1:]

    def question(self, code: str) -> str:
        """Return a gated item in words for the middle of a sentence."""
        label = self.gate.get(code, code.replace("-", " "))
        return label[:1].lower() + label[1:]


def why_still_here(case: Case, today: date, names: Names | None = None) -> str:
    """Return one sentence that says what stands between the person and home, or where they are instead."""
    names = names or Names()
    if case.closed:
        return _closed(case, today)
    if case.stage not in IN_HOSPITAL:
        return _at_home(case, today, names)
    opening = _waiting(case, today)
    causes = "; ".join(_causes(case, today, names))
    return f"{opening}: {causes}." if causes else f"{opening}."


def heading(case: Case) -> str:
    """Return the question that the sentence answers."""
    if case.closed:
        return "How did this case end?"
    if case.stage not in IN_HOSPITAL:
        trouble = case.unready_home is not None or bool(case.open_actions)
        return "What is wrong at home?" if trouble else "How is this person at home?"
    if case.in_community:
        return "What does this person need to stay at home?"
    spell = case.current_spell
    if spell is not None and spell.status == "expected":
        return "What has to be ready before this person comes in?"
    return "Why is this person still here?"


def middle(label: str) -> str:
    """A label in the middle of a sentence."""
    return f"{label[:1].lower()}{label[1:]}"


def capital(words: str) -> str:
    """Words at the beginning of a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def _closed(case: Case, today: date) -> str:
    ended = f" on {short_day(case.closed_on, today)}" if case.closed_on else ""
    return f"Closed{ended}: {middle(CASE_OUTCOMES.label(case.outcome or 'unknown'))}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


MOST_ITEMS = 3
"""So many gated items are named in a sentence; of more, it says how many."""


def _some(words: Sequence[str]) -> str:
    more = len(words) - MOST_ITEMS
    return ", ".join(words[:MOST_ITEMS]) + (f" and {more} more" if more > 0 else "")


def _at_home(case: Case, today: date, names: Names) -> str:
    said = [*_not_ready(case, names), *_trouble(case)]
    said += _contacts(case, today)
    said += [f"still under way: {each}" for each in _work_left(case, today, names)]
    return f"{_left(case, today)}; {'; '.join(said)}."


def _left(case: Case, today: date) -> str:
    if case.discharge is None:
        return "Left hospital"
    left = f"Left hospital on {short_day(case.discharge.discharged_on, today)}"
    row = DISCHARGE_DESTINATIONS.find(case.discharge.destination or "", case.discharge.discharged_on)
    elsewhere = row is not None and row.place not in CHECKED_HOME
    return f"{left} ({middle(row.label)})" if row is not None and elsewhere else left


def _trouble(case: Case) -> list[str]:
    """What was found and is not answered; silence is said with the contacts."""
    return [
        middle(action_words(each)) for each in case.open_actions if each.cause not in (MISSED, NOT_REACHED)
    ]


def _not_ready(case: Case, names: Names) -> list[str]:
    """What is wrong with the home that the person is in."""
    if case.unready_home is None:
        return []
    said = ", ".join(blocker_words(case, code, names.question) for code in blockers(case))
    return [f"the home is not ready ({said})"]


def _contacts(case: Case, today: date) -> list[str]:
    """Whom nobody reached, and what is owed next; that all is well only where every contact was made."""
    in_vain = [middle(contact_words(each.key)) for each in contacts_in_vain(case)]
    said = [f"not reached: {', '.join(in_vain)}"] if in_vain else []
    owed = next_contact(case, today)
    if owed is not None:
        return [*said, _owed_words(case, owed, today)]
    if case.follow_ups and all(reached(each.outcome) for each in case.follow_ups.values()):
        return ["every contact was made"]
    return said or ["no contact is due"]


def _owed_words(case: Case, owed: FollowUp, today: date) -> str:
    words = middle(contact_words(owed.key))
    due = london_date(owed.due_at)
    late = overdue(case, owed, today)
    return f"{'overdue' if late else 'next'}: {words}, {'was due' if late else 'due'} {short_day(due, today)}"


def next_contact(case: Case, today: date) -> FollowUp | None:
    """Return the earliest contact after discharge that is still to be made."""
    return next(iter(contacts_owed(case, today)), None)


def _work_left(case: Case, today: date, names: Names) -> list[str]:
    """Work that goes on after the discharge, unless the unready home names it already."""
    named = blockers(case) if case.unready_home is not None else ()
    return [_under_way(strand, today, names) for strand in case.open_strands if strand.key not in named]


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
    return STAY_TAKEN_BACK.get(case.spells[-1].cancelled_because or "", "the hospital cancelled the stay")


def _waiting(case: Case, today: date) -> str:
    if case.in_community:
        return "Living at home, no hospital stay"
    spell, taken_back = case.current_spell, stay_taken_back(case)
    if spell is not None and spell.status == "expected":
        return f"Not in hospital yet{_expected(spell.expected_admission_on, today)}"
    still_in = _still_in(case, today)
    if case.readmissions:
        back = case.readmissions[-1]
        after = _count(back.days_after, "day")
        kind = _RETURN_WORDS.get(kind_of_return(case, back), "")
        since = f"Back in hospital since {short_day(back.readmitted_on, today)}, {after} after leaving{kind}"
        still_in = f"{since}; {middle(still_in)}"
    if taken_back is not None:
        return f"{still_in}, but {taken_back}"
    if spell is not None and spell.status == "on-leave":
        return f"On leave from the ward and {middle(still_in)}"
    return still_in


_RETURN_WORDS: Mapping[AdmissionKind, str] = {"emergency": ", not planned", "planned": ", as planned"}


def _still_in(case: Case, today: date) -> str:
    expected = case.expected_discharge_on
    if case.open_ready_period is not None:
        nights = published_delay_days(periods_of_this_stay(case), today)
        passed = _expected(expected, today) if expected is not None and expected < today else ""
        return (f"Waiting {_count(nights, 'night')}" if nights else "Ready to leave since today") + passed
    if expected is None:
        return "Not ready to leave yet, no expected date"
    return f"Not ready to leave yet{_expected(expected, today)}"


def _expected(day: date | None, today: date) -> str:
    if day is None:
        return ""
    return f", expected {short_day(day, today)}{', which has passed' if day < today else ''}"


def _causes(case: Case, today: date, names: Names) -> Iterator[str]:
    yield from _home_causes(case, today, names)
    missing = nights_without_reason(periods_of_this_stay(case), case.delay_reasons, today)
    if missing:
        yield f"no reason recorded for {_count(len(missing), 'night')}"


def _home_causes(case: Case, today: date, names: Names) -> list[str]:
    """Where the case stands, what is under way, what the gate still asks; else the recorded reasons."""
    standing = _STANDING.get(case.stage)
    causes = _trouble(case)
    causes += [standing(case)] if standing is not None else []
    causes += [_under_way(strand, today, names) for strand in case.open_strands if _waits(strand)]
    causes += _gate_causes(case, names)
    if case.homelessness.flag == "yes" and case.homelessness.referred_to_council_on is None:
        causes.append("no homelessness referral to a council is recorded")
    if case.stage is Stage.READY:
        left = "the case can end" if case.in_community else "the discharge is not confirmed"
        causes.append(f"the home is ready, {left}")
    if causes and case.stage is not Stage.READY:
        return causes
    recorded = "reason recorded: " if causes else ""
    return [
        *causes,
        *(f"{recorded}{middle(delay_reason_label(code))}" for code in _reason_today(case, today)),
    ]


def _gate_causes(case: Case, names: Names) -> list[str]:
    """Gated items that are not so, and those of which nobody knows."""
    open_ones = [item for item in case.gate_items if not item.satisfied]
    by_value = (
        ("not in place", [item for item in open_ones if item.value == "no"]),
        ("not known yet", [item for item in open_ones if item.value != "no"]),
    )
    return [
        f"{words}: {_some([names.question(item.code) for item in items])}"
        for words, items in by_value
        if items
    ]


def _reason_today(case: Case, today: date) -> tuple[str, ...]:
    """What was recorded for tonight: local reasons, because they say more, else the national one."""
    local = reasons_at_midnight(case.delay_reasons, today, "local")
    return local or reasons_at_midnight(case.delay_reasons, today, "national")


def _under_way(strand: Strand, today: date, names: Names) -> str:
    partner = names.organisations.get(strand.partner_id) if strand.partner_id else None
    where = f", {former_words(strand)}" if strand.former_home else ""
    told = work_words(strand, today, names)
    return f"{told}{f', with {partner}' if partner else ''}{where}{_search(strand, today)}"


def _waits(strand: Strand) -> bool:
    return strand.required and strand.kept_on is None


def former_words(strand: Strand) -> str:
    """Return for which building a marked order was made, for anybody: without what the check says of it."""
    where = "the previous home" if strand.former_place is None else "another address"
    return f"ordered for {where}{', kept' if strand.kept_on else ''}"


def work_words(strand: Strand, today: date, names: Names) -> str:
    """Return what a strand is about and when it is, or was, due, in words for the middle of a sentence."""
    what = names.item(strand)
    kind = names.kind(strand)
    named = what if what == kind else f"{what} ({kind})"
    return f"{named}{_due(strand, today)}"


def _due(strand: Strand, today: date) -> str:
    if strand.due_on is None:
        return ""
    return f" {'was due' if strand.due_on < today else 'due'} {short_day(strand.due_on, today)}"


def _search(strand: Strand, today: date) -> str:
    """How far another home is found."""
    if strand.kind != REHOUSING:
        return ""
    if strand.property_id is not None:
        return ", tenancy signed, keys not held yet"
    offer = strand.open_offer
    if offer is not None:
        return f", a home is offered, answer by {short_day(offer.respond_by, today)}"
    if any(each.answer == "accepted" for each in strand.offers):
        return ", a home is accepted, tenancy not signed"
    lost = bool(strand.offers) and strand.offers[-1].answer == "lost"
    return ", the home that was offered is lost" if lost else ", no home is offered"


def _referred(case: Case) -> str:
    if case.referral is not None and case.referral.awaiting_spell:
        return "the referral waits for the hospital stay it belongs to"
    return "the referral is not accepted yet"


def _accepted(case: Case) -> str:
    return "the home check is not completed" if case.check else "the home check has not begun"


_STANDING: Mapping[Stage, Callable[[Case], str]] = {Stage.REFERRED: _referred, Stage.ACCEPTED: _accepted}
