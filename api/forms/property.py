"""The form of a home that can be let, and the way from what was typed to what the interface takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from api.forms import choices as ch
from api.forms.model import CommandForm, Field
from api.homes.queries import Home

YES_NO = ch.fixed(("true", "Yes"), ("false", "No"))
RATINGS = ch.fixed(*((letter, letter) for letter in "ABCDEFG"))
STANDS = ch.fixed(("void", "Empty"), ("notice-given", "Notice was given"), ("under-repair", "Being repaired"))
CLASSES = ch.fixed(
    ("A", "A: wheelchair throughout"),
    ("B", "B: wheelchair to the main rooms"),
    ("C", "C: lifetime home, wider"),
    ("D", "D: easy access"),
    ("E", "E: step-free"),
    ("F", "F: general needs, steps"),
    ("G", "G: not assessed"),
)

LANDLORD = Field(
    "landlord_id",
    "Whose home is it?",
    choices=ch.organisations_of("landlord"),
    optional=True,
    hint="Leave empty if it belongs to your own organisation.",
)

HOME_FIELDS: tuple[Field, ...] = (
    Field("reference", "The landlord's reference", "text"),
    Field("address", "Address", "text", hint="On one line, with commas between the parts."),
    Field("postcode", "Postcode", "text"),
    Field("uprn", "Unique property reference number (UPRN)", "text", optional=True),
    Field("area", "Neighbourhood, by the code that you use", "text", optional=True),
    Field("ready_on", "From which day can somebody move in?", "date"),
    Field("status", "What state is it in now?", choices=STANDS, optional=True),
    Field("void_on", "Since when has it been empty?", "date", optional=True),
    Field("repairs_complete_on", "When will the repairs be finished?", "date", optional=True),
    Field(
        "property_type",
        "What is it?",
        choices=ch.fixed(
            ("bedsit", "Bedsit"),
            ("bungalow", "Bungalow"),
            ("flat", "Flat"),
            ("maisonette", "Maisonette"),
            ("house", "House"),
            ("shared", "Shared home"),
        ),
    ),
    Field("bedrooms", "How many bedrooms?", "text"),
    Field("floor", "Which floor?", "text", hint="0 is the ground floor.", optional=True),
    Field("lift", "Is there a lift?", choices=YES_NO, optional=True),
    Field("steps", "How many steps are there on the way in?", "text", optional=True),
    Field(
        "access_class",
        "Access class (London Accessible Housing Register)",
        choices=CLASSES,
        optional=True,
    ),
    Field("door_width_mm", "Narrowest door, in millimetres", "text", optional=True),
    Field(
        "washing",
        "What washing facilities are there?",
        choices=ch.fixed(
            ("bath", "Bath"), ("level-access-shower", "Level-access shower"), ("wet-room", "Wet room")
        ),
        optional=True,
    ),
    Field("room_for_hospital_bed", "Is there room for a hospital bed?", choices=YES_NO, optional=True),
    Field("stairlift", "Is there a stairlift?", choices=YES_NO, optional=True),
    Field("track_hoist", "Is there a track hoist?", choices=YES_NO, optional=True),
    Field(
        "heating",
        "How is it heated?",
        choices=ch.fixed(
            ("gas", "Gas"),
            ("electric", "Electric"),
            ("heat-pump", "Heat pump"),
            ("district", "District heating"),
            ("oil", "Oil"),
            ("solid-fuel", "Solid fuel"),
            ("none", "Not at all"),
        ),
        optional=True,
    ),
    Field("energy_rating", "Energy rating", choices=RATINGS, optional=True),
    Field("broadband", "Is there broadband?", choices=YES_NO, optional=True),
    Field(
        "scheme",
        "What kind of scheme?",
        choices=ch.fixed(
            ("general", "General needs"),
            ("supported", "Supported"),
            ("older-low", "Older people"),
            ("extra-care", "Extra care"),
        ),
        optional=True,
    ),
    Field("care_on_site", "Is there care on site?", choices=YES_NO, optional=True),
    Field("assistance_dog", "Are assistance dogs allowed?", choices=YES_NO, optional=True),
    Field("rent_pence", "Rent, in pounds a week", "text", optional=True),
    Field("charges_pence", "Service charges, in pounds a week", "text", optional=True),
    Field(
        "restrictions",
        "The landlord's own conditions",
        "text",
        hint="Codes with commas between them, for instance over-55.",
        optional=True,
    ),
)
"""Every attribute of a home that the interface takes."""

NEW = CommandForm("new", "Add a home", "Add the home", (LANDLORD, *HOME_FIELDS), dated=False)
CHANGE = CommandForm("change", "Change the home", "Save the changes", HOME_FIELDS, dated=False)
WITHDRAW = CommandForm(
    "withdraw",
    "Take the home off the list",
    "Take it off the list",
    (Field("because", "Why?", choices=ch.from_list("property-withdrawal-reasons")),),
    dated=False,
    warning="Anybody who was offered or has accepted it loses it. The owner of their case gets an alert.",
)

OWN = ("reference", "address", "postcode", "ready_on", "landlord_id")


class NotANumber(ValueError):
    """A field that asks for a number holds something else; `name` is the field's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _whole(name: str, typed: str) -> int:
    if not typed.lstrip("-").isdecimal():
        raise NotANumber(name)
    return int(typed)


def _pence(name: str, typed: str) -> int:
    try:
        pence = Decimal(typed.replace("£", "").replace(",", "")) * 100
    except InvalidOperation:
        raise NotANumber(name) from None
    if not pence.is_finite() or pence != pence.to_integral_value():
        raise NotANumber(name)
    return int(pence)


def _codes(_name: str, typed: str) -> list[str]:
    return [code.strip() for code in typed.split(",") if code.strip()]


_TYPED: Mapping[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(("bedrooms", "floor", "steps", "door_width_mm"), _whole),
    **dict.fromkeys(("rent_pence", "charges_pence"), _pence),
    "restrictions": _codes,
}


def body_of(fields: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """What the interface takes. Raises NotANumber. An answer that was left out takes its usual value."""
    asked = {field.name for field in HOME_FIELDS}
    attributes = {name: value for name, value in held.items() if name not in asked}
    for name, typed in fields.items():
        if name not in OWN:
            attributes[name] = _TYPED.get(name, _said)(name, typed)
    return {**{name: fields[name] for name in OWN if name in fields}, "attributes": attributes}


def _said(_name: str, typed: str) -> Any:
    return {"true": True, "false": False}.get(typed, typed)


def typed_of(home: Home) -> dict[str, Any]:
    """A home as it stands in its form."""
    row, attributes = home.row, home.row.attributes
    typed: dict[str, Any] = {name: _typed(name, attributes.get(name)) for name in _ATTRIBUTES}
    days = {name: _day(date.fromisoformat(attributes[name])) for name in _DAYS if attributes.get(name)}
    own = {"reference": row.reference, "address": row.address, "postcode": row.postcode}
    return {**typed, **own, **days, "ready_on": _day(row.ready_on)}


def _day(value: date) -> list[str]:
    return [str(value.day), str(value.month), str(value.year)]


_DAYS = ("void_on", "repairs_complete_on")
_ATTRIBUTES = tuple(field.name for field in HOME_FIELDS if field.name not in (*OWN, *_DAYS))


def _typed(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value / 100:.2f}" if name.endswith("_pence") else str(value)
