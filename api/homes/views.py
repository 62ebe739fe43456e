"""Homes in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.homes.queries import Home
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, tag_of
from discharge.codes.casework import PROPERTY_WITHDRAWAL_REASONS
from discharge.store.tables import AuditWrite
from housing_checks.store.tables import PropertyRow
from housing_checks.strands.rehousing.model import Property

STATES = {
    "free": Tag("Free", "green"),
    "offered": Tag("Offered", "blue"),
    "accepted": Tag("Reserved", "blue"),
    "let": Tag("Let", "grey"),
    "withdrawn": Tag("Withdrawn", "grey"),
}


@dataclass(frozen=True)
class HomeLine:
    """One home."""

    address: str
    landlord: str
    reference: str
    kind: str
    access: str
    ready: str
    rent: str
    state: Tag
    href: str


@dataclass(frozen=True)
class HomesPage:
    """One page of the list."""

    lines: tuple[HomeLine, ...]


@dataclass(frozen=True)
class Changed:
    """One change of a home: what, when and by whom."""

    what: str
    at: str
    who: str


@dataclass(frozen=True)
class HomePage:
    """One home with its history; `seen_at` is when it had been changed last."""

    line: HomeLine
    property_id: str
    seen_at: str
    withdrawn: str
    may_edit: bool
    may_withdraw: bool
    changes: tuple[Changed, ...]


DONE = {
    "new": "The home is on the list",
    "change": "The home is changed",
    "withdraw": "The home is off the list",
}
ACTIONS = {"property add": "Added", "property change": "Changed", "property withdraw": "Taken off the list"}


def present(homes: Sequence[Home]) -> HomesPage:
    """A page of homes in words."""
    return HomesPage(lines=tuple(_line(each) for each in homes))


def _line(each: Home) -> HomeLine:
    home = each.home
    return HomeLine(
        address=f"{each.row.address}, {each.row.postcode}",
        landlord=each.landlord,
        reference=each.row.reference,
        kind=f"{home.property_type.capitalize()}, {words.count(home.bedrooms, 'bedroom')}",
        access=access(home),
        ready=words.short_day(home.available_on),
        rent=rent(home),
        state=_state(each),
        href=f"/homes/{each.row.id}",
    )


def present_one(each: Home, history: Sequence[AuditWrite], known: Directory, *, may_edit: bool) -> HomePage:
    """One home in words."""
    row = each.row
    return HomePage(
        line=_line(each),
        property_id=str(row.id),
        seen_at=row.changed_at.isoformat(),
        withdrawn=_withdrawn(row),
        may_edit=may_edit and row.withdrawn_on is None,
        may_withdraw=may_edit and row.withdrawn_on is None and each.state != "let",
        changes=tuple(_changed(entry, known) for entry in history),
    )


def _withdrawn(row: PropertyRow) -> str:
    if row.withdrawn_on is None:
        return ""
    because = PROPERTY_WITHDRAWAL_REASONS.label(row.withdrawn_because or "")
    return f"Taken off the list on {words.day(row.withdrawn_on)}: {because}"


def _changed(entry: AuditWrite, known: Directory) -> Changed:
    names = [
        words.from_code(name.replace("_", "-")).lower() for name in (entry.detail or {}).get("changed", ())
    ]
    what = ACTIONS.get(entry.action, entry.action)
    return Changed(
        what=f"{what}: {', '.join(names)}" if names else what,
        at=words.moment(entry.at),
        who=known.user(entry.user_id) or "A connected system",
    )


def _state(each: Home) -> Tag:
    until = f" until {words.short_day(each.held_until)}" if each.held_until else ""
    state = tag_of(STATES, each.state)
    return Tag(f"{state.text}{until}", state.colour)


def rent(home: Property) -> str:
    """What it costs, rent and charges together."""
    return f"£{home.weekly_pence / 100:,.2f} a week"


def standing(each: Home) -> str:
    """Why a home cannot be offered now; nothing is said of for whom it is held."""
    if each.state == "offered":
        return f"Offered to somebody else, who may answer until {words.short_day(each.held_until)}."
    return {
        "accepted": "Somebody else has accepted it.",
        "let": "Let.",
        "withdrawn": "Its landlord took it off the list.",
    }.get(each.state, "")


def access(home: Property) -> str:
    """How one gets in and washes, in a few words."""
    step = "step-free" if home.step_free else f"floor {home.floor}, {words.count(home.steps, 'step')}"
    return f"Class {home.access_class}, {step}, {home.washing.replace('-', ' ')}"
