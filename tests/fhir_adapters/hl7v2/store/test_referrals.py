"""REF: a referral by HL7 v2 ends in the command that every door makes."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import (
    ENVELOPE,
    AmendReferral,
    Answer,
    Envelope,
    Refer,
    SetExpectedDischargeDate,
)
from discharge.store.commands import due_commands
from discharge.store.engine import transaction
from discharge.store.tables import (
    CaseRow,
    CaseSpellRow,
    CommandRow,
    NoteRow,
    Person,
    ReferralRequestRow,
    Spell,
)
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived, numbers_hidden
from fhir_adapters.hl7v2.store.referrals import park_refused
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.requests_with_part import settle_requests
from fhir_adapters.store.tables import FactRow, Feed, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import referral
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fixtures.cases import NOW, open_case
from tests.fixtures.postgres import Places

ADMISSION = Sample()


async def commands(intake: Intake) -> list[Envelope]:
    rows = sorted(await intake.rows(CommandRow), key=lambda row: row.created_at)
    return [ENVELOPE.read(row.envelope) for row in rows]


async def test_given_a_referral_when_drained_then_it_is_the_command_of_every_door(
    intake: Intake, places: Places
) -> None:
    own = (
        "OBX|1|CE|need^^HOMEWARD||level-access",
        "OBX|2|CE|tenure^^HOMEWARD||social",
        "OBX|3|ST|homeless^^HOMEWARD||N",
        "OBX|4|DT|expected-discharge-on^^HOMEWARD||20260310",
        "NTE|1||Stairs to the front door.",
    )
    [_, drained] = await intake.take(ADMISSION.raw(), referral("REF^I12", *own))

    assert drained.state == "interpreted"
    [envelope] = await commands(intake)
    asked = envelope.command
    assert isinstance(asked, Refer)
    assert (asked.reasons, asked.needs, asked.tenure) == (("adaptation",), ("level-access",), "social")
    assert (asked.homeless, asked.expected_discharge_on) == ("no", date(2026, 3, 10))
    assert (asked.organisation_id, asked.service_id) == (places.trust, places.housing)
    assert asked.external_id == "RXH|R77"
    assert asked.spell is not None
    assert asked.spell.ward == "ELM"
    assert (envelope.actor.role, envelope.effective_on) == ("system", date(2026, 3, 2))
    [note] = await intake.rows(NoteRow)
    assert (note.text, note.id) == ("Stairs to the front door.", envelope.note_id)
    async with transaction(intake.worker) as session:
        assert [row.id for row in await due_commands(session, 5)] == [envelope.command_id]


async def test_given_the_same_number_again_then_it_is_one_referral(intake: Intake) -> None:
    await intake.take(referral(), referral(message_id="K2", sent="20260303100000", reason="equipment"))

    assert len(await commands(intake)) == 1
    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}


async def test_given_another_number_for_the_same_stay_then_it_joins_the_case_that_is_about_to_open(
    intake: Intake,
) -> None:
    await intake.take(referral(), referral(message_id="K2", number="R78^RXH"))

    assert len({envelope.case_id for envelope in await commands(intake)}) == 1
    assert len(await commands(intake)) == 2


async def test_given_an_open_case_from_another_door_then_the_referral_joins_it(
    intake: Intake, places: Places
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    case = await open_case(intake.worker, person.id, places.trust)

    await intake.take(referral())

    assert [envelope.case_id for envelope in await commands(intake)] == [case.case_id]


async def test_given_a_change_then_the_case_is_told_what_changed(intake: Intake) -> None:
    await intake.take(referral())
    [made] = await commands(intake)
    more = ("OBX|1|DT|expected-discharge-on^^HOMEWARD||20260312", "NTE|1||Daughter has the keys.")

    await intake.take(referral("REF^I13", *more, message_id="K2", sent="20260304090000", reason="equipment"))

    changed = (await commands(intake))[1:]
    assert {type(envelope.command) for envelope in changed} == {AmendReferral, SetExpectedDischargeDate}
    assert {envelope.case_id for envelope in changed} == {made.case_id}
    amended = next(each.command for each in changed if isinstance(each.command, AmendReferral))
    assert amended.reasons == ("equipment",)
    assert [note.text for note in await intake.rows(NoteRow)] == ["Daughter has the keys."]


async def test_given_a_cancellation_then_the_referral_is_withdrawn(intake: Intake) -> None:
    await intake.take(referral())
    await intake.take(referral("REF^I14", message_id="K2", sent="20260304090000"))

    made, withdrawn = await commands(intake)
    assert withdrawn.command.kind == "withdraw-referral"
    assert withdrawn.case_id == made.case_id


async def test_given_a_referral_known_by_another_door_when_withdrawn_by_number_then_it_is_found(
    intake: Intake, places: Places
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    case = await open_case(intake.worker, person.id, places.trust)

    await intake.take(referral("REF^I14", number="REF-1"))
    assert [row.reason for row in await intake.rows(InboxRow) if row.state == "parked"] == [
        "referral-not-known"
    ]
    async with transaction(intake.worker) as session:
        await session.execute(update(CaseRow).values(external_id="RXH|REF-1"))
    assert await intake.replay(reason="referral-not-known") == ["put-back"]
    await intake.drain()

    assert [envelope.case_id for envelope in await commands(intake)] == [case.case_id]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (referral("REF^I13"), "referral-not-known"),
        (referral("REF^I14", number=""), "referral-without-number"),
        (referral("REF^I12", "OBX|1|CE|need^^HOMEWARD||castle"), "referral-need-unknown"),
        (referral("REF^I12", "OBX|1|DT|ready-on^^HOMEWARD||soon"), "referral-date-unreadable"),
        (referral(nhs="", local=""), "no-usable-identifier"),
        (referral(name="", born=""), "person-not-described"),
    ],
)
async def test_given_a_referral_that_cannot_be_taken_then_it_is_parked_with_its_cause(
    intake: Intake, raw: bytes, reason: str
) -> None:
    [drained] = await intake.take(raw)

    assert (drained.state, drained.reason) == ("parked", reason)
    assert await commands(intake) == []


async def test_given_a_number_that_is_somebody_elses_referral_then_a_person_decides(intake: Intake) -> None:
    await intake.take(referral())
    other = {"nhs": OTHER_NHS, "local": "H200", "visit": "V2", "born": "19500101"}
    await intake.take(ADMISSION.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2").raw())

    drained = await intake.take(
        referral("REF^I14", message_id="K3", **other), referral("REF^I12", message_id="K4", **other)
    )

    assert {(one.state, one.reason) for one in drained} == {("parked", "referral-of-another-person")}


async def test_given_a_referral_to_a_clinic_then_it_is_not_used(intake: Intake) -> None:
    raw = referral().replace(b"|Hom|", b"|Med|")

    [drained] = await intake.take(raw)

    assert (drained.state, drained.code, drained.reason) == ("not-used", "unknown-trigger", "RF1-3")
    assert await intake.rows(Person) == []


async def test_given_a_case_that_ended_for_good_then_the_referral_waits_for_a_person(
    intake: Intake, places: Places
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    case = await open_case(intake.worker, person.id, places.trust)
    async with transaction(intake.worker) as session:
        await session.execute(update(CaseRow).values(closed_on=date(2026, 3, 3), outcome="home"))
        spell_id = (await session.scalars(select(Spell.id))).one()
        session.add(CaseSpellRow(case_id=case.case_id, spell_id=spell_id))

    [drained] = await intake.take(referral())

    assert (drained.state, drained.code, drained.reason) == ("parked", "already-done", "case-has-ended")


async def test_given_a_command_that_the_case_refused_then_its_message_is_parked(intake: Intake) -> None:
    await intake.take(referral())
    [command] = await intake.rows(CommandRow)
    refused = Answer(
        command_id=command.id, case_id=command.case_id, outcome="refused", version=0, code="date-in-future"
    )
    async with transaction(intake.worker) as session:
        await park_refused(session, command, refused)

    [row] = await intake.rows(InboxRow)
    assert (row.state, row.code, row.reason) == ("parked", "date-in-future", "refused-by-the-case")


async def test_given_an_answer_to_somebody_elses_command_then_no_message_is_touched(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(referral())
    [row] = await intake.rows(InboxRow)
    page = CommandRow(id=row.id, client_id="pages|somebody", case_id=uuid4())
    refused = Answer(command_id=row.id, case_id=UUID(int=0), outcome="refused", version=0, code="not-found")
    async with transaction(worker) as session:
        await park_refused(session, page, refused)

    assert [row.state for row in await intake.rows(InboxRow)] == ["interpreted"]


WITHOUT_STAY = {"visit": ""}


async def requests(intake: Intake) -> list[ReferralRequestRow]:
    return list(await intake.rows(ReferralRequestRow))


async def test_given_no_stay_when_a_feed_refers_then_it_is_a_request_of_what_the_message_says(
    intake: Intake, places: Places
) -> None:
    named = {"name": "ASHDOWNE^JOAN", **WITHOUT_STAY}
    drained = await intake.take(referral(**named), referral(message_id="K2", sent="20260303100000", **named))

    assert {(one.state, one.reason) for one in drained} == {("interpreted", "referral-requested")}
    assert await commands(intake) == []
    [row] = await requests(intake)
    assert (row.state, row.sender_id, row.service_id) == ("waiting", places.trust, places.housing)
    assert row.said["person"]["family_name"] == "ASHDOWNE"
    assert row.said["person"]["identifiers"] == [{"authority": "RXH", "value": "H100"}]


async def test_given_a_request_of_a_feed_that_speaks_of_danger_then_the_annex_has_it_and_the_request_no_sign(
    intake: Intake, owner: AsyncEngine
) -> None:
    await intake.take(referral(reason="safety", **WITHOUT_STAY))
    await intake.take(referral("REF^I13", message_id="K2", reason="safety", **WITHOUT_STAY))

    [row] = await requests(intake)
    assert (row.state, row.said["reasons"], row.said["about_danger"]) == ("waiting", [], False)
    assert row.said["note"] is None
    async with transaction(owner) as session:
        noted = text("SELECT DISTINCT case_id, payload ->> 'referred' FROM safety_events")
        assert [tuple(each) for each in await session.execute(noted)] == [(row.id, "true")]


async def test_given_a_request_of_a_feed_when_changed_and_withdrawn_then_it_says_so(intake: Intake) -> None:
    await intake.take(referral(**WITHOUT_STAY))
    await intake.take(referral("REF^I13", message_id="K2", reason="equipment", **WITHOUT_STAY))
    assert [row.said["reasons"] for row in await requests(intake)] == [["equipment"]]

    await intake.take(referral("REF^I14", message_id="K3", **WITHOUT_STAY))
    assert [row.state for row in await requests(intake)] == ["withdrawn"]
    assert await commands(intake) == []


async def test_given_a_request_of_a_feed_when_the_stay_arrives_then_it_becomes_the_command(
    intake: Intake,
) -> None:
    await intake.take(referral(**WITHOUT_STAY))
    await intake.take(ADMISSION.raw())
    async with transaction(intake.worker) as session:
        assert await settle_requests(session, NOW) == 1

    [envelope] = await commands(intake)
    assert isinstance(envelope.command, Refer)
    assert [row.case_id for row in await requests(intake)] == [envelope.case_id]


TRIED: dict[str, dict[str, str]] = {
    "nobody's number": {"nhs": OTHER_NHS},
    "right": {},
    "another birth date": {"born": "19500101"},
    "another name": {"name": "BROOK^TOM"},
    "another person": {"born": "19500101", "name": "BROOK^TOM"},
}


@pytest.fixture
async def of_another_trust(intake: Intake, places: Places) -> None:
    """The person is known by another trust only."""
    async with transaction(intake.worker) as session:
        person = Person(nhs_number=NHS, family_name="ASHDOWN", given_name="JOAN", birth_date=date(1941, 5, 2))
        session.add(person)
        await session.flush()
        row = {"person_id": person.id, "organisation_id": places.stranger, "visit_number": "X1"}
        session.add(Spell(**row, status="admitted", folded={"status": "admitted"}))


@pytest.mark.parametrize("local", ["", "Z9"])
async def test_given_a_feed_without_a_part_when_it_tries_numbers_then_each_is_a_request_that_says_no_more(
    intake: Intake, of_another_trust: None, local: str
) -> None:
    before = [(row.id, row.family_name) for row in await intake.rows(Person)]
    messages = [
        referral(message_id=f"T{place}", number=f"T{place}^RXH", local=local, visit="", **tried)
        for place, tried in enumerate(TRIED.values())
    ]
    drained = [one for message in messages for one in await intake.take(message)]

    assert {(one.state, one.code, one.reason) for one in drained} == {
        ("interpreted", None, "referral-requested")
    }
    assert len(await requests(intake)) == len(TRIED)
    assert [(row.id, row.family_name) for row in await intake.rows(Person)] == before
    assert {(row.person_id, row.spell_id) for row in await intake.rows(InboxRow)} == {(None, None)}
    assert await intake.rows(FactRow) == []


@pytest.mark.parametrize("tried", [{"nhs": OTHER_NHS}, {}, {"born": "19500101"}])
async def test_given_a_feed_without_a_part_when_it_changes_what_it_never_sent_then_it_learns_nothing(
    intake: Intake, of_another_trust: None, tried: dict[str, str]
) -> None:
    drained = await intake.take(
        referral("REF^I13", message_id="K8", local="", visit="", **tried),
        referral("REF^I14", message_id="K9", local="", visit="", **tried),
    )

    assert {(one.state, one.reason) for one in drained} == {("parked", "referral-not-known")}


async def test_given_a_stay_and_another_birth_date_when_a_feed_refers_then_it_is_a_request(
    intake: Intake, of_another_trust: None
) -> None:
    [drained] = await intake.take(referral(local="", born="19500101"))

    assert (drained.state, drained.reason) == ("interpreted", "referral-requested")
    assert len(await requests(intake)) == 1
    assert [row.visit_number for row in await intake.rows(Spell)] == ["X1"]


async def test_given_a_request_of_a_feed_that_hides_then_whoever_it_may_mean_is_hidden_and_their_trust_hears(
    intake: Intake, of_another_trust: None, places: Places
) -> None:
    raw = referral(local="", visit="") + b"ZU8||||2\r"
    hides = numbers_hidden(raw, read_envelope(raw), shipped_profiles().newest("itk-2.4"))
    async with transaction(intake.worker) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        await receive(session, feed, arrived(raw, read_envelope(raw), claimed=True, hides=hides))
    await intake.drain()

    async with transaction(intake.worker) as session:
        assert await session.scalar(select(func.homeward_hidden(Person.id)))
        heard = func.homeward_hidings_unanswered().table_valued("organisation_id", "people", "senders")
        assert [row.organisation_id for row in await session.execute(select(heard))] == [places.stranger]
    assert [row.hidden_by_feed for row in await intake.rows(Person)] == [False], "the record is untouched"
