"""The forms of the home suitability check, as they stand in `home_check.yaml` and its later editions.

A form is an edition with what the site changes in it, under a code that names both: `home-check-1`, or with a
site's own `home-check-1+stairs-2026`. A check keeps the form on which it began, whatever is in force later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from discharge.cases.model import Case
from discharge.cases.model.home import put_in_order
from discharge.codes.by_edition import ListByEdition
from discharge.errors import Refused
from discharge.reference.kind import Kind, Table
from discharge.reference.policy import Book, book_in_force
from housing_checks.checks.faults import faults_beside, faults_of
from housing_checks.checks.model import CheckForm, CheckItem, Suggested
from housing_checks.strands.model import REGISTERED

SAFE_ADDRESS = "safe-address"
"""The item that rules on homelessness ask for by name."""


def _faults(rows: Mapping[str, CheckItem]) -> Iterator[str]:
    yield from faults_of(rows)
    for code, row in rows.items():
        for suggested in row.suggests:
            yield from (f"{code}.suggests: {fault}" for fault in _unknown(suggested))


def _unknown(suggested: Suggested) -> Iterator[str]:
    """The forms that are shipped are read before any kind of strand is, so a test holds them against all."""
    definition = REGISTERED.get(suggested.kind)
    if definition is None:
        if REGISTERED:
            yield f"{suggested.kind!r} is no kind of strand - write one of {', '.join(REGISTERED)}"
    elif all(suggested.item not in edition.table for edition in definition.items.kind.editions):
        yield f"{suggested.item!r} is not in {definition.items.kind.name} - name one of its rows"


HOME_CHECK = Kind(
    "home-check",
    CheckItem,
    Path(__file__).with_name("home_check.yaml"),
    check=_faults,
    beside=faults_beside,
    edition_bound=True,
)


CHECK_ITEMS = ListByEdition(HOME_CHECK, "check-items")
"""Every item of every form that is, was or will be in force."""


def form_in_force(on: date, book: Book | None = None) -> CheckForm:
    """Return the form that a check begins on; the oldest for a day before the first one."""
    book = book or book_in_force()
    names = book.names(HOME_CHECK, on)
    return _form(_code(names), names[0], book.named(HOME_CHECK, names))


def form_of(code: str | None, book: Book | None = None) -> CheckForm:
    """Return the form that a check was made on; without a code, the newest edition. Of a site's own form what
    the site has taken back is left out. An edition that this version does not know has a stand-in: its items
    are the newest of every edition, so that answers can be read, and nothing can be decided on it.
    """
    book = book or book_in_force()
    if code is None:
        newest = HOME_CHECK.editions[-1].heading.edition
        return _form(_code((newest,)), newest, book.named(HOME_CHECK, (newest,)))
    edition, *changes = code.removeprefix(f"{HOME_CHECK.name}-").split("+")
    if edition not in {each.heading.edition for each in HOME_CHECK.editions}:
        return CheckForm(
            code=code,
            title="Home check on a form that this version does not know",
            effective_from=date.max,
            source="",
            items=tuple({item.code: item for item in book.every(HOME_CHECK)}.values()),
            lacking=(edition, *changes),
        )
    found = _form(code, edition, book.named(HOME_CHECK, (edition, *changes)))
    ours = {each.version for each in book.overrides if each.name == HOME_CHECK.name}
    gone = tuple(each for each in changes if each not in ours)
    return found.model_copy(update={"lacking": gone}) if gone else found


def form_to_decide(code: str | None) -> CheckForm:
    """Return the form that a check was made on, to decide by. Raises check-form-unknown for an edition that
    this version does not know.
    """
    form = form_of(code)
    if not form.known:
        raise Refused("check-form-unknown", detail=form.lacking[0], where="form")
    return form


def every_form(on: date) -> tuple[CheckForm, ...]:
    """Return the form of every edition, and after them the one in force on a day where a site changes it."""
    editions = (form_of(f"{HOME_CHECK.name}-{each.heading.edition}") for each in HOME_CHECK.editions)
    return tuple({form.code: form for form in (*editions, form_in_force(on))}.values())


def form_of_case(case: Case) -> CheckForm:
    """Return the form of the check that a case has; the newest where it has none."""
    return form_of(case.check.form if case.check is not None else None)


def _code(names: tuple[str, ...]) -> str:
    return f"{HOME_CHECK.name}-{'+'.join(names)}"


@lru_cache(maxsize=64)
def _form(code: str, edition: str, table: Table[CheckItem]) -> CheckForm:
    heading = next(each.heading for each in HOME_CHECK.editions if each.heading.edition == edition)
    return CheckForm(
        code=code,
        title=heading.title,
        effective_from=heading.effective_from,
        source=heading.source,
        items=tuple(table.values()),
        until=min((day for day in _begun() if day > heading.effective_from), default=None),
        shadow=heading.shadow,
    )


def _begun() -> Iterator[date]:
    """The first day of each edition that decides."""
    return (each.heading.effective_from for each in HOME_CHECK.editions if not each.heading.shadow)


put_in_order(lambda: tuple(dict.fromkeys(item.code for item in CHECK_ITEMS)))
