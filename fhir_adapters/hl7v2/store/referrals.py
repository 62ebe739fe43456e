"""A referral from a feed: the command that every door makes, kept for a worker to execute.

The sender's own number names the referral: told twice, it is one. What cannot become a command is a Doubt,
and what the case refuses later comes back here, so that either way the message waits for a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import (
    AmendReferral,
    Answer,
    Command,
    Envelope,
    Refer,
    SetExpectedDischargeDate,
    WithdrawReferral,
)
from discharge.cases.decide.referral import may_open_again
from discharge.cases.model import Actor
from discharge.clocks import london_date
from discharge.store import commands
from discharge.store.tables import CaseRow, CommandRow, Person
from fhir_adapters.hl7v2.facts import Fact, PersonReported, ReferralReported, StayReported
from fhir_adapters.hl7v2.store import persons
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.referrals import LocalIdentifier, ReferralValues, ReferredAddress, ReferredPerson
from fhir_adapters.store import referral_requests
from fhir_adapters.store.danger_in_requests import danger_words, keep_words, without_danger
from fhir_adapters.store.referral_commands import find_open_case, find_service, find_stay, refer_command
from fhir_adapters.store.tables import InboxRow
from housing_checks.store import danger

_HAS_PART = text("SELECT homeward_has_part(:organisation_id, :person_id)")
_MEANT = text("SELECT homeward_people_meant(:organisation_id, :nhs_number, :authority, :local_number)")
_CASE_TIME = text("SELECT homeward_case_time()")

WITHDRAWN_BY_THE_WARD = "no-longer-needed"


@dataclass(frozen=True, slots=True)
class Asking:
    """For which feed and message a command is made; `today` is the London date of case time, `told` what the
    message says of the person.
    """

    inbox_id: UUID
    organisation_id: UUID
    feed_code: str
    today: date
    told: PersonReported | None = None

    @property
    def client_id(self) -> str:
        """The name under which the numbers of this feed's referrals are kept apart from everybody else's."""
        return f"hl7v2:{self.feed_code}"


async def request_of_stranger(session: AsyncSession, asking: Asking, facts: Iterable[Fact]) -> bool:
    """Keep a referral as a request where its feed's organisation has no part for anybody whom it may mean.

    Then nothing else of the message is applied, so that what becomes of it tells nothing of whom we hold.
    Whoever says that the person is in one of its beds goes on as with any message of a stay, as long as
    nothing speaks against whom it means. Raises Doubt.
    """
    told = next((each for each in facts if isinstance(each, PersonReported)), None)
    fact = next((each for each in facts if isinstance(each, ReferralReported)), None)
    if told is None or fact is None:
        return False
    await persons.lock_identities(session, asking.organisation_id, told.identifiers)
    local, everybody = await _meant(session, asking, told)
    if [each for each in everybody if await _takes_part(session, asking, each)]:
        return False
    stay = any(isinstance(each, StayReported) for each in facts)
    if stay and (local or not await _doubted(session, asking, told)):
        return False
    made = await commands.find_by_key(session, asking.client_id, f"referral:{fact.external_id}")
    if made is not None and UUID(made.envelope["command"]["person_id"]) in everybody:
        return False
    if made is not None:
        raise Doubt("patient-mismatch", "referral-of-another-person")
    await _keep_as_request(session, replace(asking, told=told), fact)
    return True


async def _meant(session: AsyncSession, asking: Asking, told: PersonReported) -> tuple[set[UUID], set[UUID]]:
    """Who has one of the feed's own numbers in the message, and who has any."""
    local: set[UUID] = set()
    others: set[UUID] = set()
    for each in told.identifiers:
        if each.usable:
            nhs = each.value if each.kind == "nhs" else None
            own = (each.authority or "", each.value) if nhs is None else (None, None)
            named = {"nhs_number": nhs, "authority": own[0], "local_number": own[1]}
            found = await session.scalars(_MEANT, {"organisation_id": asking.organisation_id, **named})
            (others if nhs else local).update(found)
    return local, local | others


async def _doubted(session: AsyncSession, asking: Asking, told: PersonReported) -> bool:
    try:
        found = await persons.matched(session, asking.organisation_id, persons.claim_of(told))
    except Doubt:
        return True
    return found.doubt is not None


async def _keep_as_request(session: AsyncSession, asking: Asking, fact: ReferralReported) -> None:
    if fact.action != "made":
        if not await _told_of_request(session, asking, fact):
            raise Doubt("message-not-understood", "referral-not-known")
        return
    said = _said(asking.told)
    if said.family_name is None or said.birth_date is None:
        raise Doubt("unknown-patient", "person-not-described")
    key = f"referral:{fact.external_id or f'message:{asking.inbox_id}'}"
    await _request(session, asking, _values(None, fact), key)


async def apply_referral(
    session: AsyncSession, asking: Asking, person_id: UUID, fact: ReferralReported
) -> bool:
    """Keep the command that the referral makes, and return whether it is a request instead. Raises Doubt."""
    if fact.action == "made":
        return await _refer(session, asking, person_id, fact)
    if await _told_of_request(session, asking, fact):
        return True
    case_id = await _case_of(session, asking, person_id, fact)
    if fact.action == "withdrawn":
        withdrawn = WithdrawReferral(reason=WITHDRAWN_BY_THE_WARD)
        await _ask(session, asking, case_id, withdrawn, "withdrawn", fact, first=True)
        return False
    changed = AmendReferral(reasons=fact.reasons, needs=fact.needs, pathway=fact.pathway)
    await _ask(session, asking, case_id, changed, "changed", fact, first=True)
    if fact.expected_discharge_on is not None:
        expected = SetExpectedDischargeDate(expected_discharge_on=fact.expected_discharge_on)
        await _ask(session, asking, case_id, expected, "expected", fact)
    return False


async def _refer(session: AsyncSession, asking: Asking, person_id: UUID, fact: ReferralReported) -> bool:
    await _described(session, person_id)
    values = _values(person_id, fact)
    name = fact.external_id or f"message:{asking.inbox_id}"
    key = f"referral:{name}"
    if not await _has_part(session, asking, person_id, key):
        await _request(session, asking, values, key)
        return True
    spell = await find_stay(session, person_id, asking.organisation_id, fact.visit_number)
    known = await find_open_case(session, person_id, spell.spell_id if spell else None)
    if known is not None:
        await _may_join(session, known)
    command = refer_command(
        values,
        person_id=person_id,
        referrer_id=asking.organisation_id,
        service_id=await find_service(session, asking.organisation_id),
        spell=spell,
    )
    await _ask(session, asking, known or uuid4(), command, "made", fact, first=True, key=key)
    return False


async def _has_part(session: AsyncSession, asking: Asking, person_id: UUID, key: str) -> bool:
    """Whether the feed's organisation refers by itself: it has a part, or had when this first came."""
    if await commands.find_by_key(session, asking.client_id, key) is not None:
        return True
    return await _takes_part(session, asking, person_id)


async def _takes_part(session: AsyncSession, asking: Asking, person_id: UUID) -> bool:
    part = {"organisation_id": asking.organisation_id, "person_id": person_id}
    return bool(await session.scalar(_HAS_PART, part))


async def _request(session: AsyncSession, asking: Asking, values: ReferralValues, key: str) -> None:
    """Without a part the referral is a request of what the message says; sent twice, one. Raises Doubt."""
    said = _said(asking.told)
    before = await referral_requests.find_by_key(session, asking.client_id, key)
    if before is not None:
        if ReferralValues.model_validate(before.said, extra="ignore").person.nhs_number != said.nhs_number:
            raise Doubt("patient-mismatch", "referral-of-another-person")
        return
    sender = referral_requests.Sender(
        organisation_id=asking.organisation_id,
        role="system",
        client_id=asking.client_id,
        client_key=key,
        body_hash=hashlib.sha256(key.encode()).hexdigest(),
        inbox_id=asking.inbox_id,
    )
    now = (await session.execute(_CASE_TIME)).scalar_one()
    await referral_requests.keep(session, sender, values.model_copy(update={"person": said}), now)


def _said(told: PersonReported | None) -> ReferredPerson:
    """The person as the message names them, not as we hold them."""
    if told is None:
        return ReferredPerson()
    numbers = {each.kind: each.value for each in reversed(told.identifiers) if each.usable}
    name = told.names[0] if told.names else None
    home = next((each for each in told.addresses or () if each.kind == "home"), None)
    return ReferredPerson(
        nhs_number=numbers.get("nhs"),
        identifiers=tuple(
            LocalIdentifier(authority=each.authority or "local", value=each.value)
            for each in told.identifiers
            if each.kind == "local"
        ),
        family_name=name.family if name else None,
        given_name=(name.given or None) if name else None,
        birth_date=told.birth_date,
        address=ReferredAddress(lines=home.lines, postcode=home.postcode or None) if home else None,
    )


async def _told_of_request(session: AsyncSession, asking: Asking, fact: ReferralReported) -> bool:
    """Whether the number is a request's that still waits, which is then withdrawn, or says what is new."""
    key = f"referral:{fact.external_id}"
    row = await referral_requests.find_by_key(session, asking.client_id, key)
    if row is None or row.state != "waiting":
        return False
    if fact.action == "withdrawn":
        row.state = "withdrawn"
        row.answered_at = (await session.execute(_CASE_TIME)).scalar_one()
        row.answered_by = asking.organisation_id
        return True
    new = {name: value for name, value in fact.said.items() if value}
    values = ReferralValues.model_validate(row.said | new, extra="ignore")
    row.said = row.said | without_danger(values).model_dump(mode="json")
    await session.flush()
    await keep_words(session, row, danger_words(values), asking.inbox_id)
    return True


async def _described(session: AsyncSession, person_id: UUID) -> None:
    """Nobody can work on a case of a person without a name or a birth date."""
    person = await session.get_one(Person, person_id)
    if person.family_name is None or person.birth_date is None:
        raise Doubt("unknown-patient", "person-not-described")


async def _may_join(session: AsyncSession, case_id: UUID) -> None:
    """A case that ended for good takes no second referral: a person decides what is meant."""
    case = await session.get(CaseRow, case_id)
    if case is None or case.closed_on is None:
        return
    if not may_open_again(case.outcome, case.discharged_on is not None):
        raise Doubt("already-done", "case-has-ended")


def _values(person_id: UUID | None, fact: ReferralReported) -> ReferralValues:
    stay = {"referred_on": fact.referred_on, "visit_number": fact.visit_number}
    return ReferralValues(person=ReferredPerson(person_id=person_id), note=fact.note, **stay, **fact.said)


async def _case_of(session: AsyncSession, asking: Asking, person_id: UUID, fact: ReferralReported) -> UUID:
    """The case that the referral with this number opened or joined. Raises Doubt."""
    key = f"referral:{fact.external_id}"
    request = await referral_requests.find_by_key(session, asking.client_id, key)
    if request is not None and request.case_id is not None:
        return request.case_id
    made = await commands.find_by_key(session, asking.client_id, key)
    if made is not None:
        await _same_person(session, UUID(made.envelope["command"]["person_id"]), person_id)
        return made.case_id
    found = await _by_number(session, asking, fact)
    if found is None:
        raise Doubt("message-not-understood", "referral-not-known")
    await _same_person(session, found.person_id, person_id)
    return found.id


async def _same_person(session: AsyncSession, referred: UUID, person_id: UUID) -> None:
    """A number that names the referral of somebody else is for a person to look at. Raises Doubt."""
    if referred not in await persons.same_person(session, person_id):
        raise Doubt("patient-mismatch", "referral-of-another-person")


async def _by_number(session: AsyncSession, asking: Asking, fact: ReferralReported) -> CaseRow | None:
    """A referral that came through another door under the same number."""
    query = select(CaseRow).where(
        CaseRow.external_id == fact.external_id, CaseRow.referrer_id == asking.organisation_id
    )
    return await session.scalar(query.order_by(CaseRow.referred_on.desc()).limit(1))


async def _ask(
    session: AsyncSession,
    asking: Asking,
    case_id: UUID,
    command: Command,
    name: str,
    fact: ReferralReported,
    *,
    first: bool = False,
    key: str | None = None,
) -> None:
    """Keep one command; the first of a message has the message's own id, so that its answer finds it."""
    notes = (commands.NewNote(text=fact.note),) if first and fact.note else ()
    envelope = Envelope(
        command_id=asking.inbox_id if first else uuid5(asking.inbox_id, name),
        case_id=case_id,
        actor=Actor(organisation_id=asking.organisation_id, role="system"),
        effective_on=_effective_on(fact, asking.today),
        command=command,
        note_id=notes[0].id if notes else None,
    )
    named = key or f"{name}:{asking.inbox_id}"
    taken = await danger.take(
        session,
        commands.NewCommand(
            envelope=envelope,
            client_id=asking.client_id,
            client_key=named,
            body_hash=hashlib.sha256(named.encode()).hexdigest(),
            notes=notes,
        ),
        lease=commands.AT_ONCE,
    )
    if isinstance(taken, commands.Existing):
        await _as_before(session, taken.row, command)


def _effective_on(fact: ReferralReported, today: date) -> date:
    """The day of the referral, or of what was said of it later; never one that has not come yet."""
    said = london_date(fact.stated_at) if fact.stated_at else today
    return min((fact.referred_on or said) if fact.action == "made" else said, today)


async def _as_before(session: AsyncSession, row: CommandRow, command: Command) -> None:
    """A referral told again changes nothing, unless it means somebody else or was refused. Raises Doubt."""
    if isinstance(command, Refer):
        await _same_person(session, UUID(row.envelope["command"]["person_id"]), command.person_id)
    if row.state in {"refused", "failed"}:
        raise Doubt("message-not-understood", "referral-was-refused")


async def park_refused(session: AsyncSession, command: CommandRow, answer: Answer) -> None:
    """A message whose command its case refused waits for a person (worker role)."""
    if answer.outcome == "accepted" or not command.client_id.startswith("hl7v2:"):
        return
    told = (InboxRow.id == command.id, InboxRow.state == "interpreted")
    values = {"state": "parked", "code": answer.code or "internal", "reason": "refused-by-the-case"}
    await session.execute(update(InboxRow).where(*told).values(values))
