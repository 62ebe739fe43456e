"""The form by which a trust names somebody to know where a hidden person lies."""

from __future__ import annotations

from collections.abc import Sequence

from api.forms.model import Around, CommandForm, Field
from api.web.names import Directory
from discharge.store.tables import User


def naming_form(choices: Sequence[User], known: Directory) -> CommandForm:
    """The form, with the people who may be named."""
    people = [(str(each.id), f"{each.display_name}, {_at(each, known)}") for each in choices]

    def offered(_: Around) -> list[tuple[str, str]]:
        return people

    return CommandForm(
        "place-readers",
        "Name a person",
        "Show them the ward",
        (
            Field("user_id", "Who may see the ward?", choices=offered),
            Field(
                "until_on",
                "Until which day?",
                "date",
                hint="28 days at most. It also ends when the stay ends.",
            ),
            Field("reason", "Why do they need to know?", "text", hint="It is kept with your name."),
        ),
        dated=False,
    )


def _at(user: User, known: Directory) -> str:
    return known.organisation(user.organisation_id)
