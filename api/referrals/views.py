"""The pages of a new referral."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.cases.page_values import Fact
from api.forms import views as form_views
from api.forms.model import Around, CommandForm
from api.forms.submission import Filled
from api.referrals.people import Found
from api.web.page import words
from discharge.clocks import london_date
from discharge.codes.casework import CASE_OUTCOMES
from discharge.store.tables import Spell


@dataclass(frozen=True)
class PersonLine:
    """One person who may be meant."""

    name: str
    nhs_number: str
    born: str
    place: str
    href: str
    has_case: bool
    closed: str
    reopen_href: str


@dataclass(frozen=True)
class FindPage:
    """The search, and whom it found. `unknown` is a good NHS number of nobody whom we know."""

    text: str
    searched: bool
    people: tuple[PersonLine, ...]
    unknown: str


@dataclass(frozen=True)
class NewPage:
    """What is asked, beside what is already known."""

    person_id: str
    name: str
    known: tuple[Fact, ...]
    form: form_views.FormPage
    closed: str = ""
    reopen_href: str = ""


def empty(text: str) -> FindPage:
    """The search before anything was searched for."""
    return FindPage(text, False, (), "")


def present(found: list[Found], text: str, unknown: str, today: date) -> FindPage:
    """Whom a search found."""
    return FindPage(text, True, tuple(_line(each, today) for each in found), words.nhs_number(unknown, ""))


def _line(each: Found, today: date) -> PersonLine:
    person = each.person
    return PersonLine(
        name=words.full_name(person.family_name, person.given_name),
        nhs_number=words.nhs_number(person.nhs_number),
        born=f"{words.day(person.birth_date)} ({words.age(person.birth_date, today)})",
        place=_place(each.spell),
        href=f"/cases/{each.case_id}" if each.case_id else f"/referrals/new/{person.id}",
        has_case=each.case_id is not None,
        closed=closed_words(each),
        reopen_href=reopen_href(each),
    )


def closed_words(each: Found) -> str:
    """That a case is over, which can be opened again instead of referring anew; empty where none is."""
    if each.case_id is not None or each.closed is None:
        return ""
    outcome = CASE_OUTCOMES.label(each.closed.outcome).lower()
    return f"A case closed on {words.short_day(each.closed.closed_on)} ({outcome})"


def reopen_href(each: Found) -> str:
    """Where the case that closed last is opened again."""
    if each.case_id is not None or each.closed is None:
        return ""
    return f"/cases/{each.closed.case_id}/do/reopen-case?reason=referred-again"


def _place(spell: Spell | None) -> str:
    if spell is None:
        return "Not in a bed that we know of"
    return f"Ward {spell.ward or 'not known'}{f', bed {spell.bed}' if spell.bed else ''}"


def form(command: CommandForm, each: Found, around: Around, filled: Filled, key: str) -> NewPage:
    """The form for one person, beside what is held of them already."""
    person, spell = each.person, each.spell
    name = words.full_name(person.family_name, person.given_name)
    admitted = london_date(spell.admitted_at) if spell and spell.admitted_at else None
    return NewPage(
        person_id=str(person.id),
        name=name,
        known=(
            Fact("NHS number", words.nhs_number(person.nhs_number)),
            Fact("Born", words.day(person.birth_date)),
            Fact("Where", _place(spell)),
            Fact("Admitted", words.day(admitted)),
            Fact("Expected to leave", words.day(spell.expected_discharge_on if spell else None, "No date")),
        ),
        form=form_views.present(command, around, name, filled, key),
        closed=closed_words(each),
        reopen_href=reopen_href(each),
    )
