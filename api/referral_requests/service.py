"""Taking a referral request on, answering it, and taking back one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import NoneType
from uuid import UUID, uuid4

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.commands.asked import AskedCommand, Outcome
from api.commands.execution import body_hash, execute, existing, take
from api.looks.notes import who
from api.referral_requests.queries import SOMEBODY_NEW, RequestFile, read_request
from api.web.principals import Principal
from api.web.request_keys import KeyedWrite
from api.web.services import Services
from discharge.cases.commands import Answer, Envelope
from discharge.clocks import london_date
from discharge.codes import lookup
from discharge.errors import HomewardError, Refused, refuse_together
from discharge.store import audit, commands
from discharge.store.tables import Organisation, ReferralRequestRow
from fhir_adapters.referrals import ReferralValues
from fhir_adapters.store.referral_commands import SERVICE_KINDS, find_open_case, find_stay, refer_command
from fhir_adapters.store.referral_requests import part_of, wait_again

MOST_WORDS = 2_000
"""Characters of an answer to the sender."""

TAKEN_ON = "taken-on/"
"""Before the basis of a part that began with a request: that part's own, not the one for telling partners."""

_PERSON = text("SELECT homeward_person_of_request(:request_id, :person_id)")


async def take_on(
    services: Services, caller: Principal, request_id: UUID, person: str, basis: str, key: str | None = None
) -> Outcome:
    """Begin the sender's part: the case opens, or the sender joins the one that is open.

    `person` is the id of whom it means, or "new"; `basis`, of the list sharing-bases, is why the sender may
    take part. Raises HomewardError, also for what the case refuses; then the request waits again.
    """
    caller.require("referral-requests.answer")
    now = await services.case_now()
    refuse_together(
        lambda: _somebody(person), lambda: lookup("sharing-bases", basis, london_date(now), "basis")
    )
    digest = body_hash(str(request_id), person, basis)
    async with services.begin(caller) as session:
        before = await commands.find_by_key(session, caller.client_id, key) if key else None
        if before is not None and before.body_hash == digest:
            return await execute(services, existing(before))
        file = await _to_answer(session, caller, request_id)
        row = file.row
        values = ReferralValues.model_validate(row.said, extra="ignore")
        sender = await session.get_one(Organisation, row.sender_id)
        person_id = await session.scalar(
            _PERSON, {"request_id": request_id, "person_id": _chosen(file, person)}
        )
        elsewhere = any(each.lies_elsewhere for each in file.candidates if each.person_id == person_id)
        begins = {"part": part_of(sender, elsewhere), "basis": f"{TAKEN_ON}{basis}"}
        asked = await _asked(session, caller, row, values, person_id, begins, now)
        taken = await take(session, caller, replace(asked, key=key), digest)
        if not isinstance(taken, Envelope):
            raise HomewardError("already-done")
        await _answered(
            session, caller, row, now, "taken-on", command_id=taken.command_id, case_id=asked.case_id
        )
    try:
        return await execute(services, taken)
    except HomewardError as error:
        async with services.begin(caller) as session:
            await wait_again(session, _refused(taken, error))
        raise


def _refused(taken: Envelope, error: HomewardError) -> Answer:
    return Answer(
        command_id=taken.command_id, case_id=taken.case_id, outcome="refused", version=0, code=error.code
    )


def _somebody(person: str) -> None:
    if not person:
        raise HomewardError("invalid-body", detail="choose whom the request means", where="person")


def _chosen(file: RequestFile, person: str) -> UUID | None:
    if person == SOMEBODY_NEW:
        return None
    chosen = next((each.person_id for each in file.candidates if str(each.person_id) == person), None)
    if chosen is None:
        raise HomewardError("invalid-body", detail="choose whom the request means", where="person")
    return chosen


async def _asked(
    session: AsyncSession,
    caller: Principal,
    row: ReferralRequestRow,
    values: ReferralValues,
    person_id: UUID,
    begins: Mapping[str, str],
    now: datetime,
) -> AskedCommand:
    sender = await session.get_one(Organisation, row.sender_id)
    own = await session.get_one(Organisation, caller.organisation_id)
    spell = await find_stay(session, person_id, caller.organisation_id, None)
    known = await find_open_case(session, person_id, spell.spell_id if spell else None)
    today = london_date(now)
    command = refer_command(
        values.model_copy(update={"sharing_basis": None}),  # a basis is recorded, never a word in a request
        person_id=person_id,
        referrer_id=row.sender_id,
        service_id=own.id if own.kind in SERVICE_KINDS else row.service_id,
        spell=spell,
    )
    return AskedCommand(
        case_id=known or uuid4(),
        command=command.model_copy(update=dict(begins)),
        effective_on=today if known else min(values.referred_on or london_date(row.requested_at), today),
        as_sent=None,
        note=f"{sender.name}: {values.note}" if values.note else None,
    )


async def decline(services: Services, keyed: KeyedWrite, request_id: UUID, reason: str, words: str) -> None:
    """Decline a request with a reason of the list referral-return-reasons and words for the sender.

    Raises return-reason-needed, limits, not-found, already-done.
    """
    caller = keyed.caller
    caller.require("referral-requests.answer")
    if not reason:
        raise Refused("return-reason-needed", where="reason")
    if len(words.strip()) > MOST_WORDS:
        raise HomewardError("limits", detail=f"at most {MOST_WORDS} characters", where="words")
    now = await services.case_now()
    lookup("referral-return-reasons", reason, london_date(now), "reason")

    async def declined(session: AsyncSession) -> None:
        file = await _to_answer(session, caller, request_id)
        told = {"answer_code": reason, "answer": words.strip() or None}
        await _answered(session, caller, file.row, now, "declined", **told)

    await keyed.once(services, NoneType, declined)


async def withdraw(services: Services, keyed: KeyedWrite, request_id: UUID) -> None:
    """Take back a request of one's own that still waits. Raises not-found, already-done."""
    caller = keyed.caller
    caller.require("refer")
    now = await services.case_now()

    async def withdrawn(session: AsyncSession) -> None:
        row = await session.get(ReferralRequestRow, request_id)
        if row is None or row.sender_id != caller.organisation_id:
            raise HomewardError("not-found")
        await _answered(session, caller, row, now, "withdrawn")

    await keyed.once(services, NoneType, withdrawn)


async def _to_answer(session: AsyncSession, caller: Principal, request_id: UUID) -> RequestFile:
    file = await read_request(session, caller, request_id)
    if not file.to_answer:
        raise HomewardError("not-found")
    return file


async def _answered(
    session: AsyncSession,
    caller: Principal,
    row: ReferralRequestRow,
    now: datetime,
    state: str,
    **more: object,
) -> None:
    """Write what became of a request, once. Raises already-done."""
    by = {"answered_by": caller.organisation_id, "answered_by_user": caller.user_id}
    changed = await session.scalar(
        update(ReferralRequestRow)
        .where(ReferralRequestRow.id == row.id, ReferralRequestRow.state == "waiting")
        .values(state=state, answered_at=now, **by, **more)
        .returning(ReferralRequestRow.id)
    )
    if changed is None:
        raise HomewardError("already-done")
    await audit.note_write(session, who(caller), f"referral request {state}", str(row.id))
