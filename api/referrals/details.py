"""The page door for somebody who is in none of the caller's beds or cases: referred by their details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.forms import views as form_views
from api.forms.model import Around, Field
from api.forms.submission import Fault, Filled, fill_again, note_of, read_form, too_long
from api.referrals.pages import FORM, NOBODY, Refusal, after_referring, send
from api.web.names import Directory
from api.web.page.visit import Visit, Visitor
from discharge.cases.model import Case
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import ReferralValues, ReferredAddress, ReferredPerson

router = APIRouter(prefix="/referrals/new/somebody", include_in_schema=False)

TEXTS: Mapping[str, str] = {
    "nhs_number": "NHS number",
    "family_name": "Family name",
    "given_name": "Given name",
    "address": "Address",
    "postcode": "Postcode",
}
"""What is typed about the person, and what it is called."""

MOST: Mapping[str, int] = {"family_name": 100, "given_name": 100, "postcode": 10, "address": 500}
"""Characters that each may have."""

WITH_PERSON = replace(
    FORM,
    fields=(Field("birth_date", "When were they born?", "date", whole_year=True), *FORM.fields),
    beside=tuple(TEXTS),
)
"""The form of every referral, which here asks for the person as well."""

_AFTER = ("address", "postcode", "note")
_BEFORE = tuple(name for name in TEXTS if name not in _AFTER)
ORDER = (*_BEFORE, *(each.name for each in WITH_PERSON.fields))
"""The questions as they follow each other on the page, up to what is to be confirmed and `_AFTER`."""

NEEDED: Mapping[str, str] = {
    "nhs_number": "Enter the NHS number",
    "family_name": "Enter the family name",
    "given_name": "Enter the given name",
}


@router.get("")
async def show(visit: Visitor, nhs_number: str = "") -> Response:
    """Who is meant, and what may hold them back."""
    visit.caller.require("refer")
    kept = await visit.kept_form()
    if kept is None:
        return _page(visit, Filled(), {"nhs_number": nhs_number}, str(uuid4()))
    return _page(visit, fill_again(WITH_PERSON, kept, _around(visit)), _typed(kept), str(uuid4()))


@router.post("")
async def submit(visit: Visitor) -> Response:
    """Send the referral: a request, or a case at once where the caller may open one."""
    sent = await visit.form()
    visit.caller.require("refer")
    filled = read_form(WITH_PERSON, sent, _around(visit))
    typed = _typed(sent)
    filled.faults[:0] = _faults(typed)
    referred = await send(visit, WITH_PERSON, filled, _values(filled, typed, sent), sent)
    if isinstance(referred, Refusal):
        return _page(visit, filled, typed, referred.key, referred.status)
    return after_referring(visit, referred)


def _typed(sent: FormData) -> dict[str, str]:
    """What was typed about the person."""
    return {name: str(sent.get(name, "")).strip() for name in TEXTS}


def _faults(typed: Mapping[str, str]) -> list[Fault]:
    missing = [Fault(name, words) for name, words in NEEDED.items() if not typed[name]]
    if typed["nhs_number"] and not check_number(typed["nhs_number"]).usable:
        missing.append(Fault("nhs_number", "Check the NHS number: a digit is wrong"))
    long = [(name, too_long(typed[name], most, TEXTS[name])) for name, most in MOST.items()]
    return missing + [Fault(name, words) for name, words in long if words]


def _values(filled: Filled, typed: Mapping[str, str], sent: FormData) -> ReferralValues:
    """The referral as far as the form could be read: what is at fault is left out."""
    fields = dict(filled.fields)
    said = {name: "" if filled.fault(name) else text for name, text in typed.items()}
    lines = tuple(line.strip() for line in said["address"].splitlines() if line.strip())
    postcode = said["postcode"] or None
    person = ReferredPerson(
        nhs_number=check_number(said["nhs_number"]).value if said["nhs_number"] else None,
        family_name=said["family_name"] or None,
        given_name=said["given_name"] or None,
        birth_date=fields.pop("birth_date", None),
        address=ReferredAddress(lines=lines, postcode=postcode) if lines or postcode else None,
    )
    note, about_danger = note_of(sent)
    return ReferralValues(person=person, note=note, about_danger=about_danger, **fields)


def _around(visit: Visit) -> Around:
    return Around(Case(case_id=NOBODY), visit.today, Directory())


def _page(visit: Visit, filled: Filled, typed: Mapping[str, str], key: str, status: int = 200) -> Response:
    filled.faults.sort(key=_place)
    form = form_views.present(WITH_PERSON, _around(visit), "Somebody new", filled, key)
    faults = {each.name: each.words for each in filled.faults if each.name in TEXTS}
    return visit.page(
        "referrals/referral_details.html", status, form=form, typed=typed, labels=TEXTS, faults=faults
    )


def _place(fault: Fault) -> int:
    """Where on the page a fault stands; one of no question comes first."""
    if not fault.name:
        return -1
    places = (*ORDER, "", *_AFTER)
    return places.index(fault.name if fault.name in places else "")
