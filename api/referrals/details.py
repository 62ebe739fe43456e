"""The page door for somebody who is in none of the caller's beds or cases: referred by their details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.forms import views as form_views
from api.forms.model import Around, Field
from api.forms.submission import Fault, Filled, faults_of, fill_again, note_of, read_form
from api.referrals.pages import FORM, NOBODY, after_referring
from api.referrals.service import Request, refer
from api.web.names import Directory
from api.web.page.visit import Visit, Visitor
from api.web.refusals import Contradicted
from discharge.cases.model import Case
from discharge.errors import HomewardError
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import ReferralValues, ReferredAddress, ReferredPerson

router = APIRouter(prefix="/referrals/new/somebody", include_in_schema=False)

WITH_PERSON = replace(FORM, fields=(Field("birth_date", "When were they born?", "date"), *FORM.fields))
"""The form of every referral, which here asks for the birth date as well."""

TEXTS: Mapping[str, str] = {
    "nhs_number": "NHS number",
    "family_name": "Family name",
    "given_name": "Given name",
    "address": "Address",
    "postcode": "Postcode",
}
"""What is typed about the person, and what it is called."""

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
    filled.confirmed = tuple(str(code) for code in sent.getlist("confirm"))
    key = str(sent.get("key", "")) or str(uuid4())
    if filled.faults:
        return _page(visit, filled, typed, key, 422)
    try:
        values = _values(filled.fields, typed, sent)
        asked = Request(values, key=key, confirm=filled.confirmed)
        referred = await refer(visit.services, visit.caller, asked)
    except Contradicted as error:
        filled.ask(error)
        return _page(visit, filled, typed, str(uuid4()), error.row.http)
    except HomewardError as error:
        if error.row.http >= 500:
            raise
        filled.faults += faults_of(error, WITH_PERSON)
        return _page(visit, filled, typed, str(uuid4()), error.row.http)
    return after_referring(visit, referred)


def _typed(sent: FormData) -> dict[str, str]:
    """What was typed about the person."""
    return {name: str(sent.get(name, "")).strip() for name in TEXTS}


def _faults(typed: Mapping[str, str]) -> list[Fault]:
    missing = [Fault(name, words) for name, words in NEEDED.items() if not typed[name]]
    if typed["nhs_number"] and not check_number(typed["nhs_number"]).usable:
        missing.append(Fault("nhs_number", "Check the NHS number: a digit is wrong"))
    return missing


def _values(fields: dict[str, Any], typed: Mapping[str, str], sent: FormData) -> ReferralValues:
    lines = tuple(line.strip() for line in typed["address"].splitlines() if line.strip())
    person = ReferredPerson(
        nhs_number=check_number(typed["nhs_number"]).value,
        family_name=typed["family_name"][:100],
        given_name=typed["given_name"][:100],
        birth_date=fields.pop("birth_date"),
        address=ReferredAddress(lines=lines, postcode=typed["postcode"][:10] or None) if lines else None,
    )
    note, about_danger = note_of(sent)
    return ReferralValues(person=person, note=note, about_danger=about_danger, **fields)


def _around(visit: Visit) -> Around:
    return Around(Case(case_id=NOBODY), visit.today, Directory())


def _page(visit: Visit, filled: Filled, typed: Mapping[str, str], key: str, status: int = 200) -> Response:
    form = form_views.present(WITH_PERSON, _around(visit), "Somebody new", filled, key)
    faults = {each.name: each.words for each in filled.faults if each.name in TEXTS}
    return visit.page(
        "referrals/referral_details.html", status, form=form, typed=typed, labels=TEXTS, faults=faults
    )
