"""Who is who, through the real drain: one person however their number is written, and never two as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import DuplicatePair, Person, PersonIdentifier, PersonNhsNumber, Spell
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.single_message import Drained
from fhir_adapters.store.tables import Feed
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fixtures.postgres import Places

ADMISSION = Sample()

WRITINGS = {
    "the norm": ("itk", {3: "{n}^^^NHS^NH~H100^^^RXH^MR"}),
    "no type": ("itk", {3: "{n}^^^NHS~H100^^^RXH^MR"}),
    "NHS as the type": ("carecast", {3: "{n}^^^^NHS~H100^^^^UID"}),
    "type HN": ("epic", {3: "{n}^^^NHS^HN~H100^^^MRENTR^MEDREC"}),
    "Cerner, two names": ("cerner", {3: "{n}^^^NHSNBR^NHSNMBR~H100^^^RXH^MRN"}),
    "Cerner, one name": ("cerner", {3: "{n}^^^NHSNMBR~H100^^^RXH^MRN"}),
    "PID-19": ("cerner", {3: "H100^^^RXH^CNN", 19: "{n}"}),
    "Welsh, NI": ("welsh", {3: "{n}^06^^^NI~H100^^^RXH^PI"}),
    "Welsh, NH": ("welsh", {3: "{n}^^^^NH~H100^^^RXH^PI"}),
    "PID-2": ("itk", {2: "{n}", 3: "H100^^^RXH^MR"}),
    "status glued to the type": ("itk", {3: "{n}^^^NHS^NH{{status:01}}~H100^^^RXH^MR"}),
    "only the tail": ("carecast", {3: "^^^^NHS~H100^^^^UID"}),
}
"""How the NHS number is written, and whose system writes it so: the beginning of its profile's name."""


def profile_of(system: str) -> str:
    """The shipped profile of a system."""
    return next(profile.name for profile in shipped_profiles() if profile.name.startswith(system))


def written(writing: str, number: int, **changes: object) -> Sample:
    """An admission whose NHS number is written so; each message under an id of its own."""
    _, fields = WRITINGS[writing]
    pid = {place: text.format(n=NHS) for place, text in fields.items()}
    return ADMISSION.but(message_id=f"W{number}", trigger="A08", more={"PID": pid}, **changes)


async def under(intake: Intake, owner: AsyncEngine, profile: str, *samples: Sample) -> list[Drained]:
    async with transaction(owner) as session:
        await session.execute(update(Feed).where(Feed.id == intake.feed_id).values(profile=profile))
    return await intake.take(*(sample.raw() for sample in samples))


async def live(intake: Intake) -> list[Person]:
    return [row for row in await intake.rows(Person) if row.merged_into is None]


@pytest.mark.parametrize("writing", WRITINGS)
async def test_given_one_writing_of_the_number_then_it_is_the_person_we_know(
    intake: Intake, owner: AsyncEngine, writing: str
) -> None:
    """Without a number the person is known by the hospital number that stood beside one before."""
    known = written("NHS as the type", 0) if writing == "only the tail" else ADMISSION
    profile = profile_of(WRITINGS[writing][0])
    await under(intake, owner, profile if writing == "only the tail" else "itk-2.4", known)

    [drained] = await under(intake, owner, profile, written(writing, 1))

    assert drained.state == "interpreted"
    [person] = await live(intake)
    assert person.nhs_number == NHS


@pytest.mark.parametrize("writing", [writing for writing in WRITINGS if writing != "only the tail"])
async def test_given_one_writing_of_the_number_in_a_trust_that_does_not_know_them_then_the_number_finds_them(
    intake: Intake, owner: AsyncEngine, writing: str
) -> None:
    await intake.take(ADMISSION.raw())
    first = written(writing, 1, visit="V2")
    fields = {place: text.replace("H100", "H777") for place, text in first.more["PID"].items()}

    await under(intake, owner, profile_of(WRITINGS[writing][0]), replace(first, more={"PID": fields}))

    [person] = await live(intake)
    assert {row.value for row in await intake.rows(PersonIdentifier)} == {"H100", "H777"}
    assert {spell.person_id for spell in await intake.rows(Spell)} == {person.id}


async def test_given_all_writings_in_one_go_then_they_are_one_person(
    intake: Intake, owner: AsyncEngine
) -> None:
    for number, writing in enumerate(WRITINGS):
        await under(intake, owner, profile_of(WRITINGS[writing][0]), written(writing, number))

    [person] = await live(intake)
    assert person.nhs_number == NHS
    assert len(await intake.rows(Spell)) == 1


async def test_given_the_same_local_number_at_two_trusts_then_they_are_two_people(
    intake: Intake, owner: AsyncEngine, places: Places
) -> None:
    await intake.take(ADMISSION.but(nhs="").raw())
    other = Feed(
        id=uuid4(),
        code="STR-PAS",
        organisation_id=places.stranger,
        protocol="hl7v2",
        profile="itk-2.4",
        sending_application="PAS",
        sending_facility="STR",
    )
    async with transaction(owner) as session:
        session.add(other)
    there = replace(intake, feed_id=other.id, organisation_id=places.stranger)

    await there.take(ADMISSION.but(nhs="", message_id="M2", facility="STR").raw())

    assert len(await live(intake)) == 2
    assert len({spell.person_id for spell in await intake.rows(Spell)}) == 2


@pytest.mark.parametrize("number", ["9999999999", "0000000000", "1287464666", "12345"])
async def test_given_a_number_that_is_none_then_two_people_who_have_it_are_two(
    intake: Intake, number: str
) -> None:
    one = ADMISSION.but(nhs=number)
    await intake.take(one.raw(), one.but(message_id="M2", local="H200", visit="V2").raw())

    people = await live(intake)
    assert [person.nhs_number for person in people] == [None, None]


@pytest.mark.parametrize(
    ("status", "finds"),
    [("NSTS01", True), ("02", True), ("NSTS04", False), ("NSTS05", False), ("", True)],
)
async def test_given_a_tracing_status_then_a_number_that_needs_resolving_finds_nobody(
    intake: Intake, status: str, finds: bool
) -> None:
    await intake.take(ADMISSION.raw())
    stated = ADMISSION.but(message_id="M2", local="H200", visit="V2", more={"PID": {32: status}})

    await intake.take(stated.raw())

    assert len(await live(intake)) == (1 if finds else 2)


@pytest.mark.parametrize("place", [{"PID": {32: "05"}}, {"ZU1": {27: "05"}}])
async def test_given_the_status_in_its_old_place_then_it_counts_as_well(
    intake: Intake, place: dict[str, dict[int, str]]
) -> None:
    await intake.take(ADMISSION.but(more=place).raw())

    [person] = await live(intake)
    assert person.nhs_number is None


@pytest.mark.parametrize(("status", "people"), [("", 2), ("NSTS02", 2), ("NSTS01", 1)])
async def test_given_an_unknown_identity_then_only_a_verified_number_finds_somebody(
    intake: Intake, status: str, people: int
) -> None:
    await intake.take(ADMISSION.raw())
    unknown = {"PID": {31: "Y", 32: status}}
    stated = ADMISSION.but(message_id="M2", local="H200", visit="V2", born="19500101", more=unknown)

    await intake.take(stated.raw())

    assert len(await live(intake)) == people


async def test_given_an_unknown_identity_then_resemblance_offers_nothing(intake: Intake) -> None:
    await intake.take(ADMISSION.raw())
    unknown = ADMISSION.but(message_id="M2", nhs="", local="H200", visit="V2", more={"PID": {31: "Y"}})

    await intake.take(unknown.raw())

    assert len(await live(intake)) == 2
    assert await intake.rows(DuplicatePair) == []


@pytest.mark.parametrize(
    ("later", "offered"),
    [({}, 0), ({31: "Y"}, 0), ({31: "N"}, 1), ({31: '""'}, 1), ({32: "NSTS01"}, 1), ({32: "NSTS02"}, 0)],
    ids=["not mentioned", "still unknown", "known", "deleted", "traced", "not traced"],
)
async def test_given_an_identity_that_was_unknown_then_only_who_says_so_makes_it_known(
    intake: Intake, later: dict[int, str], offered: int
) -> None:
    """A field that is not mentioned is unchanged: minimal updates must not set resemblance going."""
    unknown = ADMISSION.but(message_id="M2", nhs="", local="H200", visit="V2", more={"PID": {31: "Y"}})
    number = f"{OTHER_NHS}^^^NHS^NH~H200^^^RXH^MR" if 32 in later else "H200^^^RXH^MR"
    update = unknown.but(trigger="A31", message_id="M3", sent="20260304090000")

    await intake.take(ADMISSION.raw(), unknown.raw(), update.but(more={"PID": {3: number, **later}}).raw())

    assert len(await intake.rows(DuplicatePair)) == offered


async def test_given_the_same_name_birth_date_and_address_then_they_are_two_people_and_offered(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())

    await intake.take(ADMISSION.but(message_id="M2", nhs="", local="H200", visit="V2").raw())

    assert len(await live(intake)) == 2
    [pair] = await intake.rows(DuplicatePair)
    assert pair.rules == ["same-name-birth-date-postcode", "same-full-name-birth-date"]
    assert pair.evidence["hospital-number"] == "differs"


async def test_given_another_verified_number_then_it_supersedes_and_the_former_still_finds_the_person(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    verified = {"PID": {32: "NSTS01"}}
    later = ADMISSION.but(trigger="A31", message_id="M2", sent="20260304090000", nhs=OTHER_NHS, more=verified)

    await intake.take(later.raw())
    await intake.take(ADMISSION.but(message_id="M3", local="H300", visit="V3").raw())

    [person] = await live(intake)
    assert (person.nhs_number, person.nhs_number_status) == (OTHER_NHS, "NSTS01")
    numbers = {row.nhs_number: row for row in await intake.rows(PersonNhsNumber)}
    changed = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert (numbers[NHS].until_at, numbers[OTHER_NHS].from_at) == (changed, changed)
    assert numbers[OTHER_NHS].until_at is None


async def test_given_the_newer_number_arrived_first_then_the_older_one_is_the_former(intake: Intake) -> None:
    verified = {"PID": {32: "NSTS01"}}
    newer = ADMISSION.but(message_id="M2", sent="20260304090000", nhs=OTHER_NHS, more=verified)

    await intake.take(newer.raw(), ADMISSION.but(more=verified).raw())

    [person] = await live(intake)
    assert person.nhs_number == OTHER_NHS
    assert {row.nhs_number: row.until_at is None for row in await intake.rows(PersonNhsNumber)} == {
        NHS: False,
        OTHER_NHS: True,
    }


async def test_given_another_number_that_nobody_traced_then_it_is_left_aside_and_said_so(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())

    [drained] = await intake.take(ADMISSION.but(trigger="A08", message_id="M2", nhs=OTHER_NHS).raw())

    assert (drained.state, drained.reason) == ("interpreted", "nhs-number-not-taken")
    [person] = await live(intake)
    assert person.nhs_number == NHS


async def test_given_a_number_that_contradicts_its_holder_then_the_stay_is_kept_apart_and_the_pair_offered(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    stranger = ADMISSION.but(message_id="M2", local="H999", born="19500101", visit="V2", family="BIRCH")

    for message_id in ("M2", "M3"):
        [drained] = await intake.take(stranger.but(message_id=message_id).raw())
        assert (drained.state, drained.reason) == ("interpreted", "nhs-number-not-taken")

    people = {person.family_name: person for person in await live(intake)}
    assert (people["ASHDOWN"].nhs_number, people["BIRCH"].nhs_number) == (NHS, None)
    [pair] = await intake.rows(DuplicatePair)
    assert {pair.left_id, pair.right_id} == {person.id for person in people.values()}
    assert pair.rules == ["nhs-and-local-number-differ", "nhs-number-contradicted"]
    assert pair.evidence["birth-date"] == "differs"


async def test_given_two_records_that_one_message_names_then_it_waits_only_when_all_else_is_the_others(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    other = ADMISSION.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2", born="19500101")
    await intake.take(other.raw())
    mixed = ADMISSION.but(message_id="M3", nhs=OTHER_NHS, trigger="A08")

    [applied] = await intake.take(mixed.raw())
    [waiting] = await intake.take(mixed.but(message_id="M4", born="19500101").raw())

    assert (applied.state, applied.reason) == ("interpreted", "nhs-number-not-taken")
    assert (waiting.state, waiting.reason) == ("parked", "nhs-and-local-number-differ")
    [pair] = await intake.rows(DuplicatePair)
    assert pair.rules == ["nhs-and-local-number-differ"]
