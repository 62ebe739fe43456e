"""The forms by which staff record, correct and end whom to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from api.forms.model import Around, CommandForm, Field
from discharge.codes.contact_details import CONTACT_ROLES, CONTACT_SOURCES


def _roles(around: Around) -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in CONTACT_ROLES.in_force(around.today)]


def _sources(around: Around) -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in CONTACT_SOURCES.in_force(around.today)]


_FIELDS = (
    Field("role", "Who is it?", choices=_roles),
    Field("name", "Name", "text", optional=True),
    Field(
        "about",
        "Who are they to the person, or what is their post?",
        "text",
        hint="For instance daughter, or officer of the landlord.",
        optional=True,
    ),
    Field("phone", "Telephone number", "text", optional=True),
    Field(
        "safe_to_ring",
        "Is it safe to ring this number?",
        "yes-no-unknown",
        hint="No, where somebody who must not know could answer or listen. The number is then shown with a "
        "warning and cannot be dialled from the page.",
    ),
    Field("email", "E-mail address", "text", optional=True),
    Field("hours", "When can they be rung?", "text", hint="For instance weekdays after 10.", optional=True),
    Field("language", "Which language do they speak, if not English?", "text", optional=True),
    Field("interpreter", "Do they need an interpreter?", "yes-no-unknown", optional=True),
    Field("source", "How is this known?", choices=_sources),
    Field("said_by", "Who said it?", "text", optional=True),
    Field("said_on", "When did they say it?", "date", hint="Leave it empty for today.", optional=True),
)

NEW = CommandForm(
    "contact-details",
    "Add somebody to call",
    "Save",
    (
        *_FIELDS,
        Field(
            "restricted",
            "Who may see this contact?",
            choices=lambda _: [
                ("no", "Everybody who works on the whole case"),
                ("yes", "Only your organisation and the housing lead"),
            ],
            initial=lambda _: "no",
        ),
    ),
    dated=False,
)

CORRECT = CommandForm(
    "contact-details",
    "Correct this contact",
    "Save the correction",
    (*_FIELDS, Field("reason", "Why is it corrected?", "text", optional=True)),
    dated=False,
)

END = CommandForm(
    "contact-details",
    "This contact is no longer in use",
    "End this contact",
    (Field("reason", "Why?", "text", hint="It stays in the history."),),
    dated=False,
)


def filled_with(form: CommandForm, held: Mapping[str, str]) -> CommandForm:
    """A form that begins with what is known."""
    fields = (replace(each, initial=_known(held.get(each.name) or "")) for each in form.fields)
    return replace(form, fields=tuple(fields))


def _known(value: str) -> Callable[[Around], str]:
    def initial(_: Around) -> str:
        return value

    return initial
