"""What stands between a person and home: each blocker with whose move it is, by when, and what to do next.

What goes on beside it and blocks nothing is told, too. Owner and day are those that somebody
said; else the day is that of the work under way, of the item in its form, or the one on which the home is
needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from discharge.cases.model import Case, GateItem, Mitigation, Strand
from discharge.cases.unready import CHECK, blockers
from discharge.clocks.registry import CHECK_CLOCK, CLOCK_ROWS
from discharge.codes.casework import MITIGATIONS
from discharge.pathway_words import middle
from discharge.values import Frozen
from housing_checks.checks.answer_types import NOT_APPLICABLE
from housing_checks.checks.answers import counting_at_the_gate, facts_standing, gated_for
from housing_checks.checks.asked_again import AskedAgain, asked_again
from housing_checks.checks.form import form_of_case
from housing_checks.checks.former_building import ordered_for
from housing_checks.checks.model import CheckItem, Suggestion
from housing_checks.checks.needed_records import ended_record, missing_for
from housing_checks.checks.rules import left_to_start
from housing_checks.gate.next_steps import next_of_check, next_of_item, next_of_strand
from housing_checks.gate.owners import named_for, owner_named
from housing_checks.hazards.gate import LANDLORD_TOLD, hazards_of_item, items_of_emergencies, told_due
from housing_checks.lead_times import item_label

Why = Literal[
    "not-checked",
    "no",
    "unknown",
    "not-answered",
    "not-recorded",
    "run-out",
    "mitigation-ended",
    "not-done",
    "previous-home",
]
"""Why something blocks: nobody checked the home, an answer says no or not known, nobody answered, the record
behind an answer is missing, an answer or a mitigation held until a day that has passed, work is not done, or
was ordered for the previous home.
"""

VALUE_WORDS = {"yes": "yes", "no": "no", "unknown": "not known yet"}


class OpenWork(Frozen):
    """One thing that somebody has to do: what, whose move it is, by when, and the next action in words."""

    code: str
    words: str
    since: date | None = None
    owner_role: str
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    due_on: date | None = None
    next_action: str


class Blocker(OpenWork):
    """One thing that keeps the gate shut. ``since`` is the day that is known from; ``waits_for`` names the
    strands of the case that have to be done first.
    """

    kind: Literal["check", "item", "strand"]
    why: Why
    waits_for: tuple[str, ...] = ()


class Beside(OpenWork):
    """One thing that goes on and does not keep the gate shut."""

    kind: Literal["item", "strand", "mitigation"]


class Dated(NamedTuple):
    """An item that keeps the gate shut: whose move it is, and by when."""

    code: str
    owner_role: str
    due_on: date


class _Around(NamedTuple):
    """What the blockers of one case have in common: its form, and what its answers suggest to start."""

    case: Case
    rows: Mapping[str, CheckItem]
    left: Sequence[Suggestion]

    def label(self, code: str) -> str:
        """An item in a few words."""
        return self.rows[code].label if code in self.rows else code


def blocking(case: Case) -> list[Blocker]:
    """Return everything that keeps the gate shut: the missing check with what is known already, else items,
    then required strands.
    """
    codes = blockers(case)
    if not codes:
        return []
    around = _around(case)
    known = foreseen(case) if CHECK in codes else ()
    return [
        *(_blocker(around, code) for code in codes),
        *(_item_blocker(around, _as_item(case, code)) for code in known),
    ]


def dated_items(case: Case) -> list[Dated]:
    """Return the items among what keeps the gate shut that have a day, the earliest first; in short, because
    a case is asked for them with each of its changes.
    """
    around = _Around(case, form_of_case(case).by_code, ())
    shut = [case.gate[code] for code in blockers(case) if code in case.gate]
    items = shut or [_as_item(case, code) for code in foreseen(case)]
    dated = (_dated(around, item) for item in items)
    return sorted((each for each in dated if each is not None), key=lambda each: each.due_on)


def check_due(case: Case) -> date | None:
    """By when the home check is to be complete; None once it is, or where nobody accepted the case yet."""
    return _due_of_check(case) if CHECK in blockers(case) else None


def _dated(around: _Around, item: GateItem) -> Dated | None:
    row = around.rows.get(item.code)
    due = _due(around.case, item, row, _awaited(around, item.code))
    return Dated(item.code, _owner(around, item.code, row), due) if due is not None else None


def foreseen(case: Case) -> tuple[str, ...]:
    """Return the items that will block once the check is complete: gated for this person, and answered as
    something else than yes, or untrue by an emergency hazard. What the gate has already blocks by itself.
    """
    check = case.check
    if check is not None and check.completed_on is not None:
        return ()
    answered = check.answers if check is not None else {}
    still_open = {
        code
        for code, value in answered.items()
        if check is not None and (check.counts_as(code) != "yes" or value == NOT_APPLICABLE)
    }
    known = (still_open | items_of_emergencies(case)) - case.gate.keys()
    return tuple(code for code in gated_for(case, form_of_case(case)) if code in known) if known else ()


def beside(case: Case) -> list[Beside]:
    """Return what goes on and does not block: items with a mitigation, other items that are no or not known,
    answers that count and are asked again, and strands that the gate does not wait for.
    """
    around, shut = _around(case), set(blockers(case))
    told = set(foreseen(case)) if CHECK in shut else set()
    given = case.check.given if case.check is not None else {}
    others = {code for code, answer in given.items() if answer.gate != "yes"} - case.gate.keys() - told
    return [
        *(
            _mitigated(around, item.code, item.mitigation)
            for item in case.gate_items
            if item.mitigation is not None and item.value != "yes"
        ),
        *(
            Beside(kind="item", **_of_item(around, _as_item(case, code)))
            for code, row in around.rows.items()
            if code in others and row.type != "text"
        ),
        *(
            Beside(kind="item", **_again(around, each))
            for each in asked_again(case, form_of_case(case))
            if each.item.code not in shut
        ),
        *(
            Beside(kind="strand", **of_strand(case, each))
            for each in case.open_strands
            if each.key not in shut
        ),
    ]


def item_words(case: Case, code: str) -> str:
    """Return an item in a few words, from the form its check was made on."""
    form = form_of_case(case)
    return form.item(code).label if code in form.codes else code


def strand_blocker(case: Case, strand: Strand) -> Blocker:
    """Return a required strand as what the gate waits for."""
    why: Why = "previous-home" if strand.former_home else "not-done"
    return Blocker(kind="strand", why=why, **of_strand(case, strand))


def _around(case: Case) -> _Around:
    return _Around(case, form_of_case(case).by_code, left_to_start(case))


def _blocker(around: _Around, code: str) -> Blocker:
    case = around.case
    if code == CHECK:
        return _check_blocker(case)
    if code not in case.gate:
        return strand_blocker(case, case.strands[code])
    return _item_blocker(around, case.gate[code])


def _item_blocker(around: _Around, item: GateItem) -> Blocker:
    waits_for = tuple(each.key for each in _awaited(around, item.code))
    return Blocker(
        kind="item",
        why=_why(around.case, item, around.rows.get(item.code)),
        waits_for=waits_for,
        **_of_item(around, item),
    )


def _check_blocker(case: Case) -> Blocker:
    return Blocker(
        kind="check",
        code=CHECK,
        why="not-checked",
        words="The suitability check is not complete",
        since=case.check.started_on if case.check is not None else None,
        due_on=_due_of_check(case),
        next_action=next_of_check(case),
        **named_for(case, "coordinator").fields,
    )


def _due_of_check(case: Case) -> date | None:
    """By when a home is checked: the day on which it is needed; where nobody knows that, its clock, from the
    acceptance.
    """
    if case.home_needed_on is not None or case.referral is None:
        return case.home_needed_on
    since = case.referral.accepted_on or case.referral.referred_on
    row = CLOCK_ROWS.find(CHECK_CLOCK, since)
    return row.length.after(since) if row is not None else None


def _why(case: Case, item: GateItem, row: CheckItem | None) -> Why:
    if item.expired:
        return "run-out"
    if item.lapsed is not None:
        return "mitigation-ended"
    if item.value == "no":
        return "no"
    if missing_for(case, row) is not None:
        return "not-recorded"
    return "unknown" if case.check is not None and item.code in case.check.answers else "not-answered"


def _of_item(around: _Around, item: GateItem) -> dict[str, Any]:
    row, works = around.rows.get(item.code), _awaited(around, item.code)
    named = owner_named(around.case, item.code)
    missing = ended_record(around.case, item.code) if item.expired else missing_for(around.case, row)
    who = named_for(around.case, _owner(around, item.code, row), named.user_id if named else None)
    return {
        "code": item.code,
        "words": f"{around.label(item.code)}: {_stands(around.case, item, row)}",
        "since": item.open_since,
        "due_on": _due(around.case, item, row, works),
        "next_action": missing.next_action if missing else next_of_item(item, row, works, around.left),
        **who.fields,
    }


def _owner(around: _Around, code: str, row: CheckItem | None) -> str:
    """The role whose move an item is: the one that somebody named, else the usual one."""
    named = owner_named(around.case, code)
    return named.role if named is not None and named.role is not None else _usual_owner(around, row)


def _again(around: _Around, each: AskedAgain) -> dict[str, Any]:
    """An answer that counts, and lacks what is asked for by now."""
    row, check = each.item, around.case.check
    answer = check.given_of(row.code) if check is not None else None
    said = middle(row.words(answer.value)) if answer is not None else ""
    return _of_item(around, GateItem(code=row.code, value="yes")) | {
        "words": f"{row.label}: {said}, but {each.missing}",
        "since": answer.answered_on if answer is not None else None,
        "next_action": each.next_action,
    }


def _usual_owner(around: _Around, row: CheckItem | None) -> str:
    """The role of an item in its form; another one as long as an item that it names is not yes, and the case
    says of itself what that takes. Nothing that is not on the case decides it.
    """
    if row is None:
        return "coordinator"
    instead = row.owner_while
    if instead is None or _is_yes(around, instead.item):
        return row.owner
    known = facts_standing(around.case) if instead.facts else {}
    return instead.owner if all(known.get(fact) == "yes" for fact in instead.facts) else row.owner


def _is_yes(around: _Around, code: str) -> bool:
    """Whether an item counts as yes; one that nobody answered does not."""
    return counting_at_the_gate(around.case).get(code) == "yes"


def _as_item(case: Case, code: str) -> GateItem:
    """How an item stands that is not gated for this person, or not yet."""
    emergencies = hazards_of_item(case, code)
    if emergencies:
        return GateItem(code=code, value="no", as_of=max(each.found_on for each in emergencies))
    given = case.check.given[code] if case.check is not None else None
    if given is None:
        return GateItem(code=code)
    if given.value == NOT_APPLICABLE:
        return GateItem(code=code, as_of=given.answered_on)
    return GateItem(code=code, value=given.gate, as_of=given.answered_on)


def _stands(case: Case, item: GateItem, row: CheckItem | None) -> str:
    """How an item stands, in words for the middle of a sentence; a value of its own in its own words."""
    if item.expired:
        until = f": it held until {_day(item.as_of - timedelta(days=1))}" if item.as_of is not None else ""
        return f"the answer has run out{until}"
    given = case.check.given.get(item.code) if case.check is not None else None
    said = VALUE_WORDS[item.value]
    missing = missing_for(case, row)
    if missing is not None and row is not None and given is not None:
        return f"{middle(row.words(given.value))}, but {missing.missing}"
    if given is not None and given.value == NOT_APPLICABLE and item.value == "unknown":
        return "somebody answered that it does not apply, and it does"
    if row is not None and given is not None and given.gate == item.value and given.value not in VALUE_WORDS:
        said = middle(row.words(given.value))
    if case.check is not None and item.code in case.check.disputed:
        said = f"{said}, people say different things"
    if item.lapsed is None:
        return said
    instead = middle(MITIGATIONS.label(item.lapsed.code))
    return f"{said}, and the mitigation ended on {_day(item.lapsed.ends_on)}: {instead}"


def _awaited(around: _Around, code: str) -> tuple[Strand, ...]:
    """The strands at work that an item waits for: those that settle it, and those that it suggests."""
    row = around.rows.get(code)
    if row is None:
        return ()
    suggested = {(each.kind, each.item) for each in row.suggests}
    return tuple(
        each
        for each in around.case.open_strands
        if not each.former_home and (each.kind in row.settled_by or (each.kind, each.item) in suggested)
    )


def _due(case: Case, item: GateItem, row: CheckItem | None, works: Sequence[Strand]) -> date | None:
    named = owner_named(case, item.code)
    if named is not None and named.due_on is not None:
        return named.due_on
    if item.code == LANDLORD_TOLD and (told_by := told_due(case)) is not None:
        return told_by
    done = [each.due_on for each in works if each.due_on is not None]
    if done:
        return max(done)
    known = item.open_since or (case.check.completed_on if case.check is not None else None)
    if row is None or row.due is None or known is None:
        return case.home_needed_on
    return row.due.by(known, case.home_needed_on)


def _mitigated(around: _Around, code: str, named: Mitigation) -> Beside:
    """An item that does not block while its mitigation holds."""
    return Beside(
        kind="mitigation",
        code=code,
        words=f"{around.label(code)}: {middle(MITIGATIONS.label(named.code))}",
        since=named.named_on,
        due_on=named.ends_on,
        next_action="Put it right before the mitigation ends, or name another one",
        **named_for(around.case, named.role, named.user_id).fields,
    )


def of_strand(case: Case, strand: Strand) -> dict[str, Any]:
    """Return a strand as work that somebody has to do: of its partner, where it has one."""
    what = item_label(strand.kind, strand.item)
    due = f", due {_day(strand.due_on)}" if strand.due_on else ""
    who = named_for(case, strand.owner_role)
    if strand.partner_id is not None:
        who = who._replace(organisation_id=strand.partner_id, user_id=None)
    return {
        "code": strand.key,
        "words": f"{what}: {ordered_for(case, strand)}" if strand.former_home else f"{what}: not done{due}",
        "since": strand.started_on,
        "due_on": strand.due_on,
        "next_action": next_of_strand(strand),
        **who.fields,
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
