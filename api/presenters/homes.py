"""Homes in words."""

from __future__ import annotations

from dataclasses import dataclass

from api.presenters import words
from api.presenters.tags import Tag
from api.reading.homes import Home
from housing_checks.rehousing.model import Property

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


def present(homes: list[Home]) -> list[HomeLine]:
    """Each home in words."""
    return [_line(each) for each in homes]


def _line(each: Home) -> HomeLine:
    home = each.home
    return HomeLine(
        address=f"{each.row.address}, {each.row.postcode}",
        landlord=each.landlord,
        reference=each.row.reference,
        kind=f"{home.property_type.capitalize()}, {words.count(home.bedrooms, 'bedroom')}",
        access=_access(home),
        ready=words.short_day(home.available_on),
        rent=f"£{home.weekly_pence / 100:,.2f} a week",
        state=_state(each),
    )


def _state(each: Home) -> Tag:
    until = f" until {words.short_day(each.held_until)}" if each.held_until else ""
    return Tag(f"{STATES[each.state].text}{until}", STATES[each.state].colour)


def _access(home: Property) -> str:
    step = "step-free" if home.step_free else f"floor {home.floor}, {words.count(home.steps, 'step')}"
    return f"Class {home.access_class}, {step}, {home.washing.replace('-', ' ')}"
