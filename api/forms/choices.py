"""What can be chosen: rows of the code lists in force, and what the case has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from api.cases.lead_times import lead_note
from api.forms.model import Around, Choices
from api.homes.queries import Home
from api.homes.views import access, rent, standing
from api.web.page import words
from discharge.cases.actions import action_words
from discharge.cases.follow_ups import contact_words
from discharge.cases.model import REHOUSING, Strand
from discharge.codes import LISTS
from discharge.codes.after_discharge import ACTION_ANSWERS
from discharge.codes.delay_reasons import delay_reason_label
from discharge.codes.destinations import DISCHARGE_METHODS
from discharge.codes.participation import PARTICIPANT_ROLES
from discharge.risk.rules import rule_title
from housing_checks.checks import move
from housing_checks.checks.answers import counting_at_the_gate, takes_yes_or_no
from housing_checks.checks.form import form_of_case
from housing_checks.checks.owners import owners_of
from housing_checks.lead_times import ITEMS, item_label
from housing_checks.strands.definitions import DEFINITIONS, kind_words, steps_of
from housing_checks.strands.rehousing.match import Match
from housing_checks.strands.rehousing.need_profiles import match_of

Pairs = list[tuple[str, str]]


def from_list(name: str) -> Choices:
    """The rows of a code list in force on the day."""

    def choices(around: Around) -> Pairs:
        return [(row.code, row.label) for row in LISTS[name].in_force(around.today)]

    return choices


def fixed(*pairs: tuple[str, str]) -> Choices:
    """The same choices always."""
    return lambda _: list(pairs)


def gate_items(around: Around) -> Pairs:
    """Every gated item that is answered yes or no, and how it stands; others are answered on the check."""
    return [
        (item.code, f"{around.known.names.gate.get(item.code, item.code)} (now: {item.value})")
        for item in around.case.gate_items
        if takes_yes_or_no(around.case, item.code)
    ]


def newer_form(around: Around) -> Pairs:
    """The form in force, where the check is on an older one."""
    form = move.newer_form(around.case, around.today)
    return [(form.code, f"{form.title}, of {words.day(form.effective_from)}")] if form is not None else []


def unsatisfied_items(around: Around) -> Pairs:
    """Gated items that are not yes."""
    return [
        (item.code, around.known.names.gate.get(item.code, item.code))
        for item in around.case.gate_items
        if item.value != "yes"
    ]


def open_items(around: Around) -> Pairs:
    """Items that are answered and are not yes."""
    names = around.known.names.gate
    standing = counting_at_the_gate(around.case)
    return [(code, label) for code, label in names.items() if standing.get(code, "yes") != "yes"]


def open_items_chosen(around: Around) -> Pairs:
    """The same; once one was chosen, that."""
    return [pair for pair in open_items(around) if around.chosen in ("", pair[0])]


def item_owners(around: Around) -> Pairs:
    """Whose move the item that was chosen can be."""
    row = form_of_case(around.case).by_code.get(around.chosen)
    return [(each.code, each.label) for each in owners_of(row, around.today)]


def mitigated_items(around: Around) -> Pairs:
    """Gated items that have a mitigation."""
    return [
        (item.code, around.known.names.gate.get(item.code, item.code))
        for item in around.case.gate_items
        if item.mitigation is not None
    ]


def strand_label(strand: Strand) -> str:
    """What a strand is about."""
    return f"{kind_words(strand.kind)}: {item_label(strand.kind, strand.item)}"


def _strands(strands: Iterable[Strand]) -> Pairs:
    return [(strand.key, strand_label(strand)) for strand in strands]


def former_home_strands(around: Around) -> Pairs:
    """Orders that were made for the home before."""
    return _strands(strand for strand in around.case.open_strands if strand.former_home)


def open_strands(around: Around) -> Pairs:
    """Strands at work."""
    return _strands(around.case.open_strands)


def movable_strands(around: Around) -> Pairs:
    """Strands that people move from step to step."""
    return _strands(strand for strand in around.case.open_strands if _steps_ahead(strand))


def rehousing_strands(around: Around) -> Pairs:
    """Rehousing at work."""
    return _strands(s for s in around.case.open_strands if s.kind == REHOUSING)


def steps(around: Around) -> Pairs:
    """Steps that strands at work have yet to reach, named with their kind."""
    found: dict[str, str] = {}
    for strand in around.case.open_strands:
        for step in _steps_ahead(strand):
            found[step.code] = step.words
    return list(found.items())


def _steps_ahead(strand: Strand) -> list[Any]:
    steps = steps_of(strand)
    here = next((place for place, step in enumerate(steps) if step.code == strand.step), 0)
    return [step for step in steps[here + 1 :] if step.moved_by == "people"]


def strand_items(around: Around) -> Pairs:
    """Everything that can be ordered or begun, by kind, and whether it would still be in time."""
    return [
        (
            f"{kind}:{row.code}",
            f"{DEFINITIONS[kind].words}: {row.label} ({_lead(around, kind, row.code)})",
        )
        for kind, rows in ITEMS.items()
        for row in rows.in_force(around.today)
    ]


def _lead(around: Around, kind: str, item: str) -> str:
    return lead_note(around.case, kind, item, around.today)


def organisations_of(*kinds: str) -> Choices:
    """Organisations of some kinds; without kinds, every other one."""

    def choices(around: Around) -> Pairs:
        return [
            (str(row.id), row.name)
            for row in sorted(around.known.organisations.values(), key=lambda row: row.name)
            if (not kinds or row.kind in kinds) and row.id != around.organisation_id
        ]

    return choices


def participant_roles(around: Around) -> Pairs:
    """As what an organisation can be asked to take part."""
    return [(row.code, row.label) for row in PARTICIPANT_ROLES.in_force(around.today) if row.named]


def participants(around: Around) -> Pairs:
    """Organisations that take part now."""
    return [
        (str(each.organisation_id), around.known.organisation(each.organisation_id))
        for each in around.case.participants
        if each.until_on is None
    ]


def staff(around: Around) -> Pairs:
    """People who have signed in."""
    return sorted(((str(key), name) for key, name in around.known.users.items()), key=lambda pair: pair[1])


def open_reasons(around: Around) -> Pairs:
    """Reasons for waiting that still hold."""
    return [
        (str(reason.reason_id), delay_reason_label(reason.code))
        for reason in around.case.delay_reasons
        if reason.to_on is None
    ]


def ready_periods(around: Around) -> Pairs:
    """Ready periods by the day they begin."""
    return [
        (each.ready_on.isoformat(), f"{words.day(each.ready_on)} to {words.day(each.ended_on, 'today')}")
        for each in around.case.ready_periods
    ]


def delay_reasons(around: Around) -> Pairs:
    """Local reasons first, because they say more; each is known by its kind and code."""
    local, national = LISTS["local-delay-reasons"], LISTS["national-delay-reasons"]
    return [
        *((f"local:{row.code}", row.label) for row in local.in_force(around.today)),
        *(
            (f"national:{row.code}", f"National {row.code}: {row.label}")
            for row in national.in_force(around.today)
        ),
    ]


def owed_contacts(around: Around) -> Pairs:
    """Contacts after discharge that nobody has made."""
    return [
        (each.key, contact_words(each.key))
        for each in around.case.follow_ups.values()
        if each.outcome is None
    ]


def open_actions(around: Around) -> Pairs:
    """What was found or missed after the discharge and waits for an answer."""
    return [
        (each.key, f"{action_words(each)} (due {words.moment(each.due_at)})")
        for each in around.case.open_actions
    ]


def answers_given(around: Around) -> Pairs:
    """Answers that a person can give; others follow from what else is recorded."""
    return [(row.code, row.label) for row in ACTION_ANSWERS.in_force(around.today) if row.given]


def ways_of_leaving(around: Around) -> Pairs:
    """How somebody leaves who lives: a death has its own command."""
    return [
        (row.code, row.label)
        for row in DISCHARGE_METHODS.in_force(around.today)
        if row.leaving in ("discharged", "self-discharged")
    ]


def untaken_alerts(around: Around) -> Pairs:
    """Alerts that nobody has taken on."""
    return [
        (str(alert.alert_id), f"{rule_title(alert.rule)}: {alert.fact}")
        for alert in around.case.open_alerts
        if alert.acknowledged_at is None
    ]


def offerable_homes(around: Around) -> Pairs:
    """Homes that nobody holds: those that fit first, the best of them at the top."""
    free = sorted((each for each in around.homes if each.free), key=lambda each: _rank(around, each))
    return [(str(each.row.id), home_label(each)) for each in free]


def home_hints(around: Around) -> dict[str, str]:
    """Of each home: whether it fits, or why not, what it costs, and how one gets in."""
    return {str(each.row.id): _fit(around, each) for each in around.homes if each.free}


def homes_not_to_be_had(around: Around) -> Pairs:
    """Homes that cannot be offered now, and why."""
    return [(home_label(each), standing(each)) for each in around.homes if not each.free]


def home_label(each: Home) -> str:
    """A home and whose it is."""
    return f"{each.row.address}, {each.row.postcode} ({each.landlord})"


def _match(around: Around, each: Home) -> Match | None:
    """How a home fits the search; None where nobody knows what is looked for."""
    strand = next((s for s in around.case.open_strands if s.kind == REHOUSING), None)
    return match_of(around.case, strand, each.home) if strand else None


def _rank(around: Around, each: Home) -> tuple[bool, int, date]:
    match = _match(around, each)
    return (match is not None and not match.fits, -(match.points if match else 0), each.home.available_on)


def _fit(around: Around, each: Home) -> str:
    match = _match(around, each)
    facts = f"{rent(each.home)}. {access(each.home)}. Ready {words.short_day(each.home.available_on)}."
    if match is None:
        return facts
    if not match.fits:
        why = "; ".join(_small(failure.words) for failure in match.failures)
        return f"Does not fit: {why}. {facts}"
    good = ", ".join(_small(like.words) for like in match.likes)
    return f"Fits{f': {good}' if good else ''}. {facts}"


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def open_offers(around: Around) -> Pairs:
    """Offers that wait for the person's answer."""
    address = {each.row.id: each.row.address for each in around.homes}
    return [
        (str(strand.open_offer.offer_id), address.get(strand.open_offer.property_id, "The home offered"))
        for strand in around.case.open_strands
        if strand.open_offer is not None
    ]
