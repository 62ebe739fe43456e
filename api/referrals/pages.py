"""The page door for referrals: find the person among those we know, then ask only what nobody has told us
yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.forms.choices import fixed, from_list
from api.forms.model import Around, CommandForm, Field
from api.forms.submission import Filled, faults_of, fill_again, note_of, read_form
from api.referrals import people
from api.referrals import views as presenter
from api.referrals.asked import Referred, Request, Requested
from api.referrals.service import ask_about, refer, require_sound
from api.web.names import Directory
from api.web.page.visit import Visit, Visitor
from api.web.refusals import Contradicted
from discharge.cases.model import Case
from discharge.errors import HomewardError
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import ReferralValues, ReferredPerson

router = APIRouter(prefix="/referrals", include_in_schema=False)

FORM = CommandForm(
    "refer",
    "Refer to Homeward",
    "Send the referral",
    (
        Field(
            "reasons",
            "What about the home may delay this person's discharge?",
            "choices",
            from_list("referral-reasons"),
        ),
        Field(
            "setting",
            "Where are they now?",
            choices=fixed(
                ("hospital", "In hospital, or about to be"), ("community", "At home, not in hospital")
            ),
            initial=lambda _: "hospital",
            optional=True,
        ),
        Field("lives_alone", "Do they live alone?", "yes-no-unknown"),
        Field("homeless", "Are they homeless, or may they become homeless?", "yes-no-unknown"),
        Field("tenure", "What is their housing situation?", choices=from_list("tenures"), optional=True),
        Field("needs", "What do they need at home?", "choices", from_list("needs"), optional=True),
        Field(
            "expected_discharge_on",
            "When are they expected to leave?",
            "date",
            hint="Only if it differs from what the hospital's system says.",
            optional=True,
        ),
        Field(
            "sharing_basis",
            "May we share with partners?",
            choices=from_list("sharing-bases"),
            optional=True,
            hint="Without a basis the case starts, but nothing is sent to partners.",
        ),
    ),
    dated=False,
)
NOBODY = UUID(int=0)


@router.get("/new")
async def find(visit: Visitor, text: str = "") -> Response:
    """Find somebody in one of the hospital's beds, by NHS number or name."""
    visit.caller.require("refer")
    if not text.strip():
        return visit.page("referrals/referral_find.html", view=presenter.empty(text))
    async with visit.services.begin(visit.caller) as session:
        found = await people.find(session, visit.caller, text)
    number = check_number(text)
    unknown = number.value if number.usable and not found else ""
    view = presenter.present(found, text, unknown, visit.today)
    return visit.page("referrals/referral_find.html", view=view)


@router.get("/new/{person_id}")
async def show(visit: Visitor, person_id: UUID) -> Response:
    """What nobody has told us yet."""
    person = await _person(visit, person_id)
    kept = await visit.kept_form()
    filled = fill_again(FORM, kept, _around(visit)) if kept else Filled()
    return _page(visit, person, filled, str(uuid4()))


@router.post("/new/{person_id}")
async def submit(visit: Visitor, person_id: UUID) -> Response:
    """Send the referral."""
    sent = await visit.form()
    person = await _person(visit, person_id)
    filled = read_form(FORM, sent, _around(visit))
    note, about_danger = note_of(sent)
    values = ReferralValues(
        person=ReferredPerson(person_id=person_id), note=note, about_danger=about_danger, **filled.fields
    )
    referred = await send(visit, FORM, filled, values, sent)
    if isinstance(referred, Refusal):
        return _page(visit, person, filled, referred.key, referred.status)
    return after_referring(visit, referred)


@dataclass(frozen=True)
class Refusal:
    """A referral that was not sent: the form says why, and goes out with this key and status."""

    key: str
    status: int


async def send(
    visit: Visit, form: CommandForm, filled: Filled, values: ReferralValues, sent: FormData
) -> Referred | Requested | Refusal:
    """Send a referral as far as its form could be read; else have the form say everything that is wrong: what
    the form finds, what the rules find, and what contradicts itself.
    """
    key = str(sent.get("key", "")) or str(uuid4())
    filled.confirmed = tuple(str(code) for code in sent.getlist("confirm"))
    if filled.faults:
        _judge(visit, form, filled, values)
        return Refusal(key, 422)
    try:
        return await refer(visit.services, visit.caller, Request(values, key=key, confirm=filled.confirmed))
    except HomewardError as error:
        if error.row.http >= 500:
            raise
        if not isinstance(error, Contradicted):
            filled.add(faults_of(error, form))
        _judge(visit, form, filled, values)
        return Refusal(str(uuid4()), error.row.http)


def _judge(visit: Visit, form: CommandForm, filled: Filled, values: ReferralValues) -> None:
    """Say as well what the rules refuse, and ask what contradicts itself."""
    rules: tuple[Callable[[], None], ...] = (
        lambda: require_sound(values, visit.now),
        lambda: ask_about(values, filled.confirmed, visit.today),
    )
    for rule in rules:
        try:
            rule()
        except Contradicted as error:
            filled.ask(error)
        except HomewardError as error:
            filled.add(faults_of(error, form))


def after_referring(visit: Visit, referred: Referred | Requested) -> Response:
    """Off to what became of a referral: the request, the case, or what is still on its way."""
    if isinstance(referred, Requested):
        return visit.to(f"/referral-requests/{referred.row.id}?done=sent")
    outcome = referred.outcome
    done = f"/cases/{outcome.case_id}?done=referred"
    return visit.to(done if outcome.answer else f"/requests/{outcome.command_id}")


async def _person(visit: Visit, person_id: UUID) -> people.Found:
    visit.caller.require("refer")
    async with visit.services.begin(visit.caller) as session:
        return await people.get(session, visit.caller, person_id)


def _around(visit: Visit) -> Around:
    return Around(Case(case_id=NOBODY), visit.today, Directory())


def _page(visit: Visit, person: people.Found, filled: Filled, key: str, status: int = 200) -> Response:
    view = presenter.form(FORM, person, _around(visit), filled, key)
    return visit.page("referrals/referral_new.html", status, view=view)
