"""What a form is made of: fields, their choices, and how what was typed becomes a command's field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from api.homes.queries import Home
from api.web.names import Directory
from discharge.cases.model import Case

FieldType = Literal["choice", "choices", "date", "yes-no-unknown", "text"]


@dataclass(frozen=True)
class Around:
    """What a form may choose from, and where the person lives as far as the asker may know. ``role`` is the
    asker's; ``chosen`` is the answer to the question that its form asks first.
    """

    case: Case
    today: date
    known: Directory
    organisation_id: object = None
    homes: Sequence[Home] = ()
    lives_at: str = ""
    role: str = ""
    chosen: str = ""


Choices = Callable[[Around], list[tuple[str, str]]]


def _nothing_to_add(_: Around) -> str:
    return ""


def _nothing_held(_: Around) -> str | list[str]:
    return ""


def _always(_: Around) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """One question. `name` is the command's field; an empty answer to an optional one is left out.

    `advice` is what the case itself says about the question, shown with the hint. It chooses nothing.
    `initial` is what the case holds already, filled in before anybody types. A question that is not `shown`
    is not asked. `hints` say more of single choices, by their values; `others` are shown beside the choices,
    with why they cannot be chosen. A date with a `whole_year` is not taken with a year of two digits.
    """

    name: str
    label: str
    type: FieldType = "choice"
    choices: Choices | None = None
    hint: str = ""
    optional: bool = False
    empty: str = ""
    advice: Callable[[Around], str] = _nothing_to_add
    initial: Callable[[Around], str | list[str]] = _nothing_held
    shown: Callable[[Around], bool] = _always
    hints: Callable[[Around], Mapping[str, str]] | None = None
    others: Callable[[Around], list[tuple[str, str]]] | None = None
    whole_year: bool = False


@dataclass(frozen=True)
class CommandForm:
    """The page of one kind of command. `dated` forms ask from when it holds. `note` is what its note is
    called, and says that it is needed where it is the point of the command. `beside` are fields that its page
    shows and reads itself. `first` names the question that is asked on a page of its own before the others,
    because what they offer depends on it.
    """

    kind: str
    title: str
    button: str
    fields: tuple[Field, ...] = ()
    lead: str = ""
    dated: bool = True
    date_label: str = "From which day?"
    group: str = "Case"
    warning: str = ""
    shown: Callable[[Around], bool] = field(default=lambda _: True)
    note: str = "Note (optional)"
    beside: tuple[str, ...] = ()
    first: str = ""

    def asked(self, around: Around) -> tuple[Field, ...]:
        """The questions that this case is asked."""
        return tuple(each for each in self.fields if each.shown(around))
