"""A referral from any door: who is meant, whether the sender has a part for that person, and what follows.

With a part (a stay, a place in the case, or the housing service's own work) the referral is a command, found
under a lock so that two doors at the same moment agree; nothing is asked for that is already held, and
nothing already held is overwritten. Without one it is a request, and answers alike whatever is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import known_here, seen_person, viewer_of
from api.commands.asked import AskedCommand, Outcome
from api.commands.contradictions import require_known, require_no_contradiction
from api.commands.execution import execute, existing, take
from api.looks.notes import who
from api.messages.raw_messages import keep_raw
from api.referrals import numbers, person_lookup
from api.referrals.asked import Referred, Request, Requested
from api.referrals.people import has_or_had
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.commands import AmendReferral, Envelope
from discharge.cases.decide.common import not_in_future
from discharge.cases.decide.referral import check_codes
from discharge.cases.model import Case
from discharge.cases.plausible_days import require_plausible
from discharge.clocks import london_date
from discharge.errors import HomewardError, refuse_together
from discharge.store import audit, commands
from discharge.store.request_keys import HEADER, stands_for_other
from discharge.store.tables import Organisation, Person, PersonIdentifier, ReferralRequestRow
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import ReferralValues, ReferredPerson
from fhir_adapters.store import referral_contacts, referral_requests
from fhir_adapters.store.referral_commands import (
    SERVICE_KINDS,
    find_open_case,
    find_stay,
    refer_command,
    service_among,
)
from housing_checks.contradictions import contradictions

ATTEMPTS = frozenset({"patient-mismatch", "unknown-patient", "too-many-referrals", "too-many-hidings"})
"""Refusals that may be somebody's trying out: each is noted."""


@dataclass(frozen=True)
class _Organisations:
    """Who refers, and the housing-health service that takes the referral."""

    referrer: Organisation
    service_id: UUID | None


async def refer(services: Services, caller: Principal, request: Request) -> Referred | Requested:
    """Keep and execute a referral, or keep it as a request. Raises HomewardError."""
    caller.require("refer")
    try:
        return await _refer(services, caller, request)
    except HomewardError as error:
        if error.code in ATTEMPTS:
            async with services.begin(caller) as session:
                detail = {"code": error.code}
                await audit.note_write(session, who(caller), "referral refused", "person", detail=detail)
        raise


def require_sound(values: ReferralValues, now: datetime) -> None:
    """Refuse all that is wrong with a referral whoever is meant by it."""
    today = london_date(now)
    refuse_together(
        lambda: _checked(values.person.nhs_number),
        lambda: _findable(values.person),
        lambda: check_codes(values, values.referred_on or today),
        lambda: not_in_future(values.referred_on or today, now, "referred_on"),
        lambda: require_plausible(today, values),
    )


def _findable(person: ReferredPerson) -> None:
    if not person.findable:
        raise HomewardError("unknown-patient", detail="an identifier is needed", where="person")


def ask_about(values: ReferralValues, confirm: tuple[str, ...], today: date) -> None:
    """Raise Contradicted for what is asked for and does not go together, and refuse codes that confirm
    nothing.
    """
    require_known(confirm)
    said = AmendReferral(needs=values.needs)
    asked = contradictions(Case(case_id=uuid4()), said, today)
    require_no_contradiction(asked, confirm, bool((values.note or "").strip()))


async def _refer(services: Services, caller: Principal, request: Request) -> Referred | Requested:
    now = await services.case_now()
    async with services.begin(caller) as session:
        before = await _sent_before(session, caller, request)
        if isinstance(before, Requested):
            return before
        if before is not None:
            return Referred(await execute(services, before), opened=False)
        require_sound(request.values, now)
        ask_about(request.values, request.confirm, london_date(now))
        organisations = await _organisations(session, caller, request.values.requester)
        referrer = organisations.referrer
        person_id = await _with_part(session, caller, request)
        if person_id is None:
            if request.number is not None:
                await numbers.made_before(session, caller, request.number, request.digest, None)
            return Requested(await _request(session, caller, request, now))
        spell = await find_stay(session, person_id, referrer.id, request.values.visit_number)
        made = await _made_before(session, caller, request, person_id)
        known = await find_open_case(session, person_id, spell.spell_id if spell else None)
        asked = AskedCommand(
            case_id=known or uuid4(),
            command=refer_command(
                request.values,
                person_id=person_id,
                referrer_id=referrer.id,
                service_id=organisations.service_id,
                spell=spell,
            ),
            effective_on=request.values.referred_on or london_date(now),
            as_sent=None,
            note=request.values.note,
            about_danger=request.values.about_danger,
            key=request.name,
            confirm=request.confirm,
        )
        taken = made or await take(session, caller, asked, request.digest)
        if isinstance(taken, Envelope):
            await _keep_message(session, caller, request, now, command_id=taken.command_id)
    outcome = await execute(services, taken)
    return Referred(outcome, opened=known is None and not outcome.repeated)


async def _sent_before(
    session: AsyncSession, caller: Principal, request: Request
) -> Requested | Outcome | None:
    """What the same referral became when it came before, whoever has a part by now. Raises
    duplicate-key-other-body, referral-number-used.
    """
    if request.name is None:
        return None
    command = await commands.find_by_key(session, caller.client_id, request.name)
    waiting = await referral_requests.find_by_key(session, caller.client_id, request.name)
    known = command or waiting
    if known is not None and known.body_hash != request.digest:
        raise HomewardError("duplicate-key-other-body", where=HEADER)
    if command is not None:
        return existing(command)
    if waiting is not None:
        return Requested(waiting, repeated=True)
    if request.number is not None:
        await _number_is_free(session, caller, request.number)
    return None


async def _number_is_free(session: AsyncSession, caller: Principal, number: str) -> None:
    """A number that stands for a request of the sender's with other content is not used again."""
    used = select(ReferralRequestRow.id).where(
        ReferralRequestRow.sender_id == caller.organisation_id,
        ReferralRequestRow.external_id == number,
        ReferralRequestRow.state.in_(("waiting", "taken-on")),
    )
    if await session.scalar(used.limit(1)) is not None:
        raise HomewardError("referral-number-used", detail="with other content", where=numbers.WHERE)


async def _made_before(
    session: AsyncSession, caller: Principal, request: Request, person_id: UUID
) -> Outcome | None:
    """What the same referral made before, by its number. Raises referral-number-used."""
    if request.number is None:
        return None
    row = await numbers.made_before(session, caller, request.number, request.digest, person_id)
    return existing(row) if row is not None and request.key is None else None


async def _request(
    session: AsyncSession, caller: Principal, request: Request, now: datetime
) -> ReferralRequestRow:
    sender = referral_requests.Sender(
        organisation_id=caller.organisation_id,
        role=caller.role,
        client_id=caller.client_id,
        client_key=request.name or f"once:{uuid4()}",
        body_hash=request.digest,
        user_id=caller.user_id,
        inbox_id=request.inbox_id,
    )
    if request.name and await session.scalar(select(stands_for_other(caller.client_id, request.name))):
        raise HomewardError("duplicate-key-other-body", where=HEADER)
    values = await _described(session, caller, request.values)
    row = await referral_requests.keep(session, sender, values, now)
    await _keep_message(session, caller, request, now, request_id=row.id)
    await audit.note_write(session, who(caller), "referral requested", str(row.id))
    return row


async def _keep_message(
    session: AsyncSession,
    caller: Principal,
    request: Request,
    now: datetime,
    *,
    command_id: UUID | None = None,
    request_id: UUID | None = None,
) -> None:
    """Keep the message that brought a referral and, until the case answers, whom to call by it."""
    inbox_id = request.inbox_id
    if request.raw is not None:
        inbox_id = await keep_raw(session, request.raw, now)
    if inbox_id is not None:
        await referral_contacts.keep(
            session,
            request.contacts,
            organisation_id=caller.organisation_id,
            inbox_id=inbox_id,
            stated_at=now,
            command_id=command_id,
            request_id=request_id,
        )


async def _described(session: AsyncSession, caller: Principal, values: ReferralValues) -> ReferralValues:
    """The values with what the sender itself may read of a person whom it named by a number or our id; by the
    id whoever takes the request on knows who is meant.
    """
    told = values.person
    if _described_in_full(told):
        return values
    held = await session.get_one(Person, await _named(session, caller, told))
    seen, sight = await seen_person(session, await viewer_of(session, caller), held)
    shown = {name: getattr(seen, name) for name in DESCRIBES & sight.person}
    return values.model_copy(update={"person": told.model_copy(update={"person_id": held.id, **shown})})


DESCRIBES = frozenset({"nhs_number", "family_name", "given_name", "birth_date"})


def _described_in_full(person: ReferredPerson) -> bool:
    return person.person_id is None and person.family_name is not None and person.birth_date is not None


async def _with_part(session: AsyncSession, caller: Principal, request: Request) -> UUID | None:
    """The person who is meant, where the caller has a part for them; None makes the referral a request.

    Raises unknown-patient, patient-mismatch, invalid-body.
    """
    person = request.values.person
    if not _described_in_full(person):
        return await _named_with_part(session, caller, person)
    named = _details(person)
    standing, known = await person_lookup.standing(session, named)
    if standing == "known":
        return known
    return await person_lookup.resolve_person(session, named) if standing == "new" else None


async def _named_with_part(session: AsyncSession, caller: Principal, person: ReferredPerson) -> UUID | None:
    number = _checked(person.nhs_number)
    if number is not None and person.person_id is None:
        lying_here = await person_lookup.own_inpatient(session, number)
        if lying_here is not None:
            return lying_here
    named = await _named(session, caller, person)
    return named if await person_lookup.has_part(session, named) else None


def _details(person: ReferredPerson) -> person_lookup.Named:
    local = person.identifiers[0] if person.identifiers else None
    address = person.address
    return person_lookup.Named(
        nhs_number=_checked(person.nhs_number),
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        authority=local.authority if local else None,
        local_number=local.value if local else None,
        address="\n".join(address.lines) if address and address.lines else None,
        postcode=address.postcode if address else None,
    )


async def _named(session: AsyncSession, caller: Principal, person: ReferredPerson) -> UUID:
    """Somebody whom the caller may see, by our id, or by a number that the caller may see."""
    number = _checked(person.nhs_number)
    if person.person_id is not None:
        return await _visible(session, caller, Person.id == person.person_id)
    if number is not None:
        return await _visible(session, caller, has_or_had(number), field="nhs_number")
    local = person.identifiers[0]
    theirs = select(PersonIdentifier.person_id).where(
        PersonIdentifier.organisation_id == caller.organisation_id,
        PersonIdentifier.authority == local.authority,
        PersonIdentifier.value == local.value,
    )
    return await _visible(session, caller, Person.id.in_(theirs))


_INVOLVED = select(Organisation).where(
    or_(
        Organisation.id == bindparam("own"),
        Organisation.kind.in_(SERVICE_KINDS),
        Organisation.code == bindparam("named"),
        Organisation.ods_code == bindparam("named"),
    )
)


async def _organisations(session: AsyncSession, caller: Principal, code: str | None) -> _Organisations:
    """The caller's organisation, the one that it names, and the services, in one question."""
    found = (await session.scalars(_INVOLVED, {"own": caller.organisation_id, "named": code})).all()
    return _Organisations(_referrer(found, caller, code), service_among(found, caller.organisation_id))


def _referrer(found: Sequence[Organisation], caller: Principal, code: str | None) -> Organisation:
    """The referring organisation: the caller's own, or the trust that the housing service names."""
    own = next(each for each in found if each.id == caller.organisation_id)
    if code is None or code in (own.code, own.ods_code):
        return own
    named = next((each for each in found if code in (each.code, each.ods_code)), None)
    if named is None:
        raise HomewardError("invalid-body", detail="organisation not known", where="requester")
    if own.kind not in SERVICE_KINDS:
        raise HomewardError("invalid-body", detail="it refers for itself alone", where="requester")
    return named


def _checked(number: str | None) -> str | None:
    if number is None:
        return None
    checked = check_number(number)
    if not checked.usable:
        raise HomewardError("invalid-body", detail="not a valid NHS number", where="person.nhs_number")
    return checked.value


async def _visible(
    session: AsyncSession, caller: Principal, condition: ColumnElement[bool], field: str | None = None
) -> UUID:
    """The one living entry that fits among the people whom the caller may see, and that field of."""
    found = await session.execute(
        select(Person.id, known_here(Person.id, caller.organisation_id)).where(
            condition, Person.merged_into.is_(None), Person.test_person.is_(False)
        )
    )
    people = [
        person_id
        for person_id, known in found.all()
        if known or await _sees(session, caller, person_id, field)
    ]
    if len(people) > 1:
        raise HomewardError("patient-mismatch", where="person")
    if not people:
        raise HomewardError("unknown-patient", detail="send name and birth date as well", where="person")
    return people[0]


async def _sees(session: AsyncSession, caller: Principal, person_id: UUID, field: str | None) -> bool:
    """Whether some case lets the caller see somebody, and that field of them."""
    person = await session.get_one(Person, person_id)
    _, sight = await seen_person(session, await viewer_of(session, caller), person)
    return bool(sight.person) and (field is None or field in sight.person)
