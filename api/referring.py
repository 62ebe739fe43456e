"""A referral from any door: find the person, the stay and the case, keep the command, have it executed.

Who is meant and which case it is are settled here, under a lock, so that two doors at the same moment
agree. Nothing is asked for that is already held, and nothing already held is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import doors, referral_numbers
from api.commanding import Asked, Outcome, body_hash, execute, existing, take
from api.principals import Principal
from api.raw_messages import RawMessage, keep_raw
from api.reading.people import has_or_had
from api.services import Services
from discharge.cases.commands import Envelope
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store.tables import Organisation, Person, PersonIdentifier
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import ReferralValues, ReferredPerson
from fhir_adapters.store.referring import find_open_case, find_service, find_stay, refer_command

TRUST = "trust"


@dataclass(frozen=True)
class Referred:
    """What became of a referral. `opened` says that no case was there before."""

    outcome: Outcome
    opened: bool


@dataclass(frozen=True)
class Request:
    """One referral as a door understood it.

    `key` is the asker's own key. `number` is the sender's own number of the referral by FHIR: it stands in
    for a key, and may not be used for anything else. `sent` is a hash of what the client sent, where the
    values do not say it all; `inbox_id` is the message that brought it, where that is kept already.
    """

    values: ReferralValues
    key: str | None = None
    number: str | None = None
    raw: RawMessage | None = None
    inbox_id: UUID | None = None
    sent: str | None = None

    @property
    def digest(self) -> str:
        """A hash of what was asked."""
        return self.sent or body_hash(self.values.model_dump(mode="json"))


async def refer(services: Services, caller: Principal, request: Request) -> Referred:
    """Keep and execute a referral. Raises HomewardError."""
    caller.require("refer")
    now = await services.case_now()
    async with services.begin(caller) as session:
        referrer = await _referrer(session, caller, request.values.requester)
        person_id = await resolve_person(session, request.values.person)
        spell = await find_stay(session, person_id, referrer.id, request.values.visit_number)
        before = await _made_before(session, caller, request, person_id)
        known = await find_open_case(session, person_id, spell.spell_id if spell else None)
        case_id = known or uuid4()
        asked = Asked(
            case_id=case_id,
            command=refer_command(
                request.values,
                person_id=person_id,
                referrer_id=referrer.id,
                service_id=await find_service(session, caller.organisation_id),
                spell=spell,
            ),
            effective_on=request.values.referred_on or london_date(now),
            note=request.values.note,
            key=request.key or _name(request),
        )
        taken = before or await take(session, caller, asked, request.digest)
        if request.raw is not None and isinstance(taken, Envelope):
            await keep_raw(session, request.raw, now)
    outcome = await execute(services, taken)
    return Referred(outcome, opened=known is None and not outcome.repeated)


def _name(request: Request) -> str | None:
    return referral_numbers.name_of(request.number, request.digest) if request.number else None


async def _made_before(
    session: AsyncSession, caller: Principal, request: Request, person_id: UUID
) -> Outcome | None:
    """What the same referral made before, by its number. Raises referral-number-used."""
    if request.number is None:
        return None
    row = await referral_numbers.made_before(session, caller, request.number, request.digest, person_id)
    return existing(row) if row is not None and request.key is None else None


async def _referrer(session: AsyncSession, caller: Principal, code: str | None) -> Organisation:
    """The referring trust: the caller's own organisation, or the one that a housing service names."""
    own = await session.get_one(Organisation, caller.organisation_id)
    if code is None or code in (own.code, own.ods_code):
        return own
    named = await session.scalar(
        select(Organisation).where(or_(Organisation.code == code, Organisation.ods_code == code))
    )
    if named is None:
        raise HomewardError("invalid-body", detail="organisation not known", where="requester")
    if own.kind == TRUST:
        raise HomewardError("invalid-body", detail="a trust refers for itself", where="requester")
    return named


async def resolve_person(session: AsyncSession, person: ReferredPerson) -> UUID:
    """The person who is meant; made where nobody knows them and enough is said. Raises unknown-patient."""
    number = _checked(person.nhs_number)
    if person.person_id is not None:
        return await _visible(session, Person.id == person.person_id)
    if not person.findable:
        raise HomewardError("unknown-patient", detail="an identifier is needed", where="person")
    if person.family_name is None or person.birth_date is None:
        return await _visible_by_number(session, number, person)
    local = person.identifiers[0] if person.identifiers else None
    address = person.address
    return await doors.resolve_person(
        session,
        doors.Named(
            nhs_number=number,
            family_name=person.family_name,
            given_name=person.given_name,
            birth_date=person.birth_date,
            sex=person.sex,
            authority=local.authority if local else None,
            local_number=local.value if local else None,
            address="\n".join(address.lines) if address and address.lines else None,
            postcode=address.postcode if address else None,
        ),
    )


def _checked(number: str | None) -> str | None:
    if number is None:
        return None
    checked = check_number(number)
    if not checked.usable:
        raise HomewardError("invalid-body", detail="not a valid NHS number", where="person.nhs_number")
    return checked.value


async def _visible_by_number(session: AsyncSession, number: str | None, person: ReferredPerson) -> UUID:
    if number is not None:
        return await _visible(session, has_or_had(number))
    local = person.identifiers[0]
    return await _visible(
        session,
        Person.id.in_(
            select(PersonIdentifier.person_id).where(
                PersonIdentifier.authority == local.authority, PersonIdentifier.value == local.value
            )
        ),
    )


async def _visible(session: AsyncSession, condition: object) -> UUID:
    """The one living entry that fits among the people whom the caller may see."""
    found = await session.scalars(
        select(Person.id).where(condition, Person.merged_into.is_(None), Person.test_person.is_(False))  # type: ignore[arg-type]
    )
    people = found.all()
    if len(people) > 1:
        raise HomewardError("patient-mismatch", where="person")
    if not people:
        raise HomewardError("unknown-patient", detail="send name and birth date as well", where="person")
    return people[0]
