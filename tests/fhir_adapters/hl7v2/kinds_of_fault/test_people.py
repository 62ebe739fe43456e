"""Kinds of fault in what hospitals say of people: each through the real drain, with what is right for it.

The first test of a kind takes messages that were once read wrongly; the others are variants with other
triggers, fields and profiles.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import NoteHospitalFacts, RecordDeath, WithdrawDeath
from discharge.store.engine import transaction
from discharge.store.tables import DuplicatePair, Person, PersonAddress, PersonContact, Spell
from fhir_adapters.hl7v2.store.merges import MergeCause, merge_persons
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.kinds_of_fault.messages import (
    admitted,
    adt,
    beryl,
    case_of,
    home,
    notes,
    profiled,
    pv1,
)
from tests.fhir_adapters.hl7v2.store.test_drain import signals

# What has ended is listed first


ENDED = "1 OLD QUAY^^HARROW VALE^^ZZ99 3WZ^GBR^H^^^^^^20100101^20200101"
IN_FORCE = "7 TARN WAY^^HARROW VALE^^ZZ99 3VZ^GBR^H^^^^^^20200101"
RANGES = (
    "9 Former Street^^Oldham Parva^^ZZ99 3CZ^^H^^^^^20090101&20190630",
    "7 Tarn Way^^Harrow Vale^^ZZ99 3VZ^^H^^^^^20190701",
)


@pytest.mark.parametrize(
    ("profile", "listed"),
    [
        ("epic", (ENDED, IN_FORCE)),
        ("epic", RANGES),
        ("itk-2.4", (IN_FORCE, ENDED)),
        ("cerner-2.3", RANGES[::-1]),
        ("carecast", (ENDED, IN_FORCE)),
        ("welsh-pas", RANGES),
    ],
)
async def test_given_an_ended_address_beside_one_in_force_then_in_any_order_the_latter_is_the_home(
    owner: AsyncEngine, intake: Intake, profile: str, listed: tuple[str, str]
) -> None:
    await profiled(owner, intake, profile)
    pid = beryl("H1", address="~".join(listed))

    await intake.take(adt("A01", "202603011000", pid, pv1("V1", "202603011000")))

    assert "tarn way" in (await home(intake) or "").casefold()
    ended = [row for row in await intake.rows(PersonAddress) if row.until_on]
    assert [row.until_on and row.until_on.year for row in ended] in ([2019], [2020])
    assert await notes(intake) == ["ended-value"]


async def test_given_only_an_ended_address_then_nobody_is_sent_there(intake: Intake) -> None:
    await intake.take(adt("A31", "202603011000", beryl("H1", address=ENDED)))

    assert await home(intake) is None
    [kept] = await intake.rows(PersonAddress)
    assert (kept.from_on, kept.until_on) == (date(2010, 1, 1), date(2020, 1, 1))


async def test_given_an_address_to_come_then_the_present_one_is_the_home(intake: Intake) -> None:
    to_come = "3 FAR HILL^^HARROW VALE^^ZZ99 3XZ^GBR^H^^^^^^29990101"

    await intake.take(adt("A28", "202603011000", beryl("H1", address=f"{to_come}~{IN_FORCE}")))

    assert "TARN WAY" in (await home(intake) or "")


async def test_given_the_home_ends_in_a_later_message_then_its_row_ends(intake: Intake) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H1", address=IN_FORCE)))
    over = IN_FORCE.replace("^20200101", "^20200101^20260302")

    await intake.take(adt("A31", "202603031000", beryl("H1", address=f"{over}~5 NEW ROW^^^^ZZ99 3VZ^^H")))

    assert "NEW ROW" in (await home(intake) or "")


async def test_given_names_numbers_and_contacts_that_have_ended_then_those_in_force_are_taken(
    intake: Intake,
) -> None:
    pid = (
        "1||H0^^^RXH^MR^^20100101^20200101~H1^^^RXH^MR||SMITH^BERYL^^^^^L^^^20000101&20100101~OAKLEY^BERYL"
        "^^^^^D||19410302|F|||||01134960001^PRN^PH^^^^^^^^^^20100101^20200101~01134960002^PRN^PH"
    )
    gone = "NK1|1|OAKLEY^FRED|1|||||20100101|20200101"

    await intake.take(adt("A28", "202603011000", pid, gone, "NK1|2|MARLOW^IDA|9"))

    [person] = await intake.rows(Person)
    assert person.family_name == "OAKLEY"
    held = {row.value: row.name for row in await intake.rows(PersonContact)}
    assert held == {"01134960002": None, "": "IDA MARLOW"}
    await intake.take(adt("A31", "202603021000", beryl("H0"), number="late"))
    assert len(await intake.rows(Person)) == 1, "an ended number still finds its person"


async def test_given_an_ended_number_that_is_somebody_elses_now_then_they_are_left_alone(
    intake: Intake,
) -> None:
    await intake.take(adt("A28", "202602011000", "1||H0^^^RXH^MR||MARLOW^IDA||19500101|F"))

    await intake.take(
        adt("A28", "202603011000", "1||H0^^^RXH^MR^^20100101^20200101~H1^^^RXH^MR||OAKLEY^BERYL||19410302|F")
    )

    assert {row.family_name for row in await intake.rows(Person)} == {"MARLOW", "OAKLEY"}


# A death taken back


DIED = "|" * 18 + "202603050900|Y"
BACK = {"deleted": "|" * 18 + '""|""', "no": "|" * 18 + '""|N', "no alone": "|" * 19 + "N"}


@pytest.mark.parametrize("trigger", ["A31", "A08"])
@pytest.mark.parametrize("back", BACK.values(), ids=BACK)
async def test_given_a_death_that_the_trust_takes_back_then_the_person_lives_and_the_case_hears(
    intake: Intake, worker: AsyncEngine, trigger: str, back: str
) -> None:
    stay = pv1("V7", "202603011000")
    await intake.take(adt("A01", "202603011000", beryl("H7"), stay))
    case_id = await case_of(intake, worker)

    await intake.take(adt(trigger, "202603051000", beryl("H7", DIED), *([stay] if trigger == "A08" else [])))
    await intake.take(adt(trigger, "202603061000", beryl("H7", back), *([stay] if trigger == "A08" else [])))

    [person] = await intake.rows(Person)
    assert (person.deceased, person.died_on) == (False, None)
    told = [each for each in await signals(intake) if isinstance(each.command, RecordDeath | WithdrawDeath)]
    assert [(each.case_id, each.command.kind, each.effective_on) for each in told] == [
        (case_id, "record-death", date(2026, 3, 5)),
        (case_id, "withdraw-death", date(2026, 3, 6)),
    ]


async def test_given_a_feed_whose_marker_deletes_nothing_then_only_an_answer_takes_a_death_back(
    owner: AsyncEngine, intake: Intake
) -> None:
    await profiled(owner, intake, "carecast")
    await intake.take(
        adt("A31", "202603051000", beryl("H7", DIED)),
        adt("A31", "202603061000", beryl("H7", BACK["deleted"])),
    )
    assert (await intake.rows(Person))[0].deceased

    await intake.take(adt("A31", "202603071000", beryl("H7", BACK["no alone"])))

    assert not (await intake.rows(Person))[0].deceased


async def test_given_the_taking_back_arrives_before_the_death_then_nobody_is_dead(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H7")))
    await case_of(intake, worker)

    await intake.take(
        adt("A31", "202603061000", beryl("H7", BACK["no"])), adt("A31", "202603051000", beryl("H7", DIED))
    )

    assert not (await intake.rows(Person))[0].deceased
    assert not [each for each in await signals(intake) if each.command.kind == "record-death"]


async def test_given_a_discharge_that_said_died_when_it_is_cancelled_then_the_case_hears_of_a_living_person(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(adt("A01", "202603011000", beryl("H7"), pv1("V7", "202603011000")))
    await case_of(intake, worker)
    left = pv1("V7", "202603011000", left="202603050900", codes="79|4")

    await intake.take(
        adt("A03", "202603051000", beryl("H7"), left), adt("A13", "202603061000", beryl("H7"), left)
    )

    commands = [each.command for each in await signals(intake)]
    spells = [each.spell for each in commands if isinstance(each, NoteHospitalFacts)]
    assert [(spell.status, spell.died) for spell in spells][:2] == [("discharged", True), ("admitted", False)]


# Dates that stand for "not known"


@pytest.mark.parametrize("born", ["19000101", "18991230", "99991231", "00010101"])
async def test_given_a_placeholder_birth_date_then_the_true_one_stays_and_nobody_is_doubted(
    intake: Intake, born: str
) -> None:
    await intake.take(
        adt("A28", "202603011000", "1||H1^^^RXH^MR~9990000018^^^NHS^NH||OAKLEY^BERYL||19410302|F")
    )

    done = await intake.take(
        adt("A31", "202603021000", f"1||H1^^^RXH^MR~9990000018^^^NHS^NH||OAKLEY^BERYL||{born}|F"),
        adt("A31", "202603031000", f"1||9990000018^^^NHS^NH||OAKLEY^BERYL||{born}|F"),
    )

    assert [each.state for each in done] == ["interpreted"] * 2
    [person] = await intake.rows(Person)
    assert person.birth_date == date(1941, 3, 2)
    assert (await notes(intake))[1:] == ["birth-date-placeholder"] * 2


async def test_given_a_placeholder_held_from_before_then_a_true_date_is_no_contradiction(
    owner: AsyncEngine, intake: Intake
) -> None:
    await intake.take(adt("A28", "202603011000", "1||9990000018^^^NHS^NH||OAKLEY^BERYL||19410302|F"))
    async with transaction(owner) as session:
        [person] = await intake.rows(Person)
        (await session.get_one(Person, person.id)).birth_date = date(1900, 1, 1)

    [done] = await intake.take(adt("A31", "202603021000", "1||9990000018^^^NHS^NH||OAKLEY^BERYL||19410302|F"))

    assert done.state == "interpreted"
    assert (await intake.rows(Person))[0].birth_date == date(1941, 3, 2)


async def test_given_a_placeholder_as_the_day_of_death_then_nobody_has_died(intake: Intake) -> None:
    await intake.take(adt("A31", "202603011000", beryl("H7", "|" * 18 + "19000101|")))

    assert not (await intake.rows(Person))[0].deceased


# A number used again for somebody else


IDA = "1||H16^^^RXH^MR{more}||MARLOW^IDA||19500101|F|||8 OTHER ST^^HARROW VALE^^ZZ99 3WX^GBR^H"


async def test_given_a_number_with_another_name_and_birth_date_then_it_is_somebody_else_until_people_say(
    intake: Intake,
) -> None:
    await intake.take(admitted("V16", "202603011000", "H16"))

    await intake.take(
        adt("A01", "202603051000", IDA.format(more=""), pv1("V16b", "202603051000")),
        adt("A02", "202603061000", IDA.format(more=""), pv1("V16b", "202603051000", place="W9")),
        adt("A08", "202603071000", beryl("H16"), pv1("V16", "202603011000")),
    )

    people = {row.family_name: row for row in await intake.rows(Person)}
    assert {name: row.birth_date for name, row in people.items()} == {
        "OAKLEY": date(1941, 3, 2),
        "MARLOW": date(1950, 1, 1),
    }
    stays = {row.visit_number: row.person_id for row in await intake.rows(Spell)}
    assert stays == {"V16": people["OAKLEY"].id, "V16b": people["MARLOW"].id}
    assert await notes(intake) == ["", "number-used-again", "", ""]
    [pair] = await intake.rows(DuplicatePair)
    assert (pair.state, pair.rules) == ("open", ["number-used-again"])


async def test_given_the_nhs_number_names_a_known_person_then_the_message_is_theirs(intake: Intake) -> None:
    there = IDA.format(more="").replace("H16^^^RXH^MR", "H17^^^RXH^MR~9990000018^^^NHS^NH")
    await intake.take(adt("A28", "202602011000", there))
    await intake.take(adt("A28", "202603011000", beryl("H16")))

    await intake.take(adt("A31", "202603051000", IDA.format(more="~9990000018^^^NHS^NH")))

    assert {row.family_name for row in await intake.rows(Person)} == {"OAKLEY", "MARLOW"}
    assert (await notes(intake))[-1] == "number-used-again"


async def test_given_the_other_person_comes_under_a_number_of_her_own_then_the_two_records_are_offered(
    intake: Intake,
) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H16")))
    await intake.take(adt("A28", "202603051000", IDA.format(more="")))

    await intake.take(adt("A28", "202603061000", IDA.format(more="").replace("H16", "H17")))

    people = {row.id: row.family_name for row in await intake.rows(Person)}
    pairs = [
        ({people[row.left_id], people[row.right_id]}, row.state) for row in await intake.rows(DuplicatePair)
    ]
    assert ({"MARLOW"}, "open") in pairs


@pytest.mark.parametrize(
    "pid",
    [
        "1||H16^^^RXH^MR||MARLOW^BERYL||19410302|F",
        "1||H16^^^RXH^MR||OAKLEY^BERYL||19500101|F",
        "1||H16^^^RXH^MR||MARLOW^BERYL^^^^^L~OAKLEY^BERYL^^^^^PREVIOUS||19500101|F",
        "1||H16^^^RXH^MR||MARLOW^BERYL||19000101|F",
    ],
    ids=["another name", "another birth date", "a former name", "a placeholder"],
)
async def test_given_only_one_of_the_two_differs_then_it_is_the_same_person(intake: Intake, pid: str) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H16")), adt("A31", "202603051000", pid))

    assert len(await intake.rows(Person)) == 1


async def test_given_a_number_of_two_people_and_nothing_else_then_the_message_waits(intake: Intake) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H16")))
    await intake.take(adt("A28", "202603051000", IDA.format(more="")))

    [done] = await intake.take(adt("A31", "202603061000", "1||H16^^^RXH^MR"))

    assert (done.state, done.reason) == ("parked", "number-of-two-people")


async def test_given_people_say_that_the_two_are_one_then_what_follows_is_theirs(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H16")))
    await intake.take(adt("A28", "202603051000", IDA.format(more="")))
    people = {row.family_name: row.id for row in await intake.rows(Person)}
    cause = MergeCause(intake.organisation_id, "decision", people["OAKLEY"], datetime(2026, 3, 6, tzinfo=UTC))
    async with transaction(worker) as session:
        await merge_persons(session, people["OAKLEY"], people["MARLOW"], cause)

    await intake.take(adt("A31", "202603071000", IDA.format(more="")))

    [kept] = [row for row in await intake.rows(Person) if row.merged_into is None]
    assert (kept.id, kept.family_name) == (people["OAKLEY"], "MARLOW")


# A visit number used again for somebody else


GONE = pv1("V16", "202603011000", left="202603041000", codes="19|1")
ENDINGS = {
    "discharged": adt("A03", "202603041000", beryl("H16"), GONE),
    "cancelled": adt("A11", "202603041000", beryl("H16"), pv1("V16", "202603011000")),
    "deleted": adt("A23", "202603041000", beryl("H16"), pv1("V16", "202603011000")),
}
HERS = "1||H17^^^RXH^MR||MARLOW^IDA||19500101|F"


def of_ida(trigger: str, sent: str, came: str = "202603051000", place: str = "W8") -> bytes:
    """A message about the stay of the second woman under the number of the first one's."""
    return adt(trigger, sent, HERS, pv1("V16", came, place=place), number=f"ida{sent}")


@pytest.mark.parametrize("ended", ENDINGS.values(), ids=ENDINGS)
async def test_given_a_visit_number_of_a_stay_that_has_ended_then_the_next_person_has_a_stay_of_their_own(
    intake: Intake, ended: bytes
) -> None:
    await intake.take(admitted("V16", "202603011000", "H16"), ended)
    [before] = [row.folded for row in await intake.rows(Spell)]

    await intake.take(of_ida("A01", "202603051000"), of_ida("A02", "202603061000", place="W9"))

    people = {row.id: row.family_name for row in await intake.rows(Person)}
    stays = {people[row.person_id]: row for row in await intake.rows(Spell)}
    assert (stays["MARLOW"].status, stays["MARLOW"].ward) == ("admitted", "W9")
    assert stays["OAKLEY"].folded == before
    assert (await notes(intake))[2:] == ["visit-number-of-another-person"] * 2


@pytest.mark.parametrize(
    ("first", "came"),
    [([], "202603051000"), ([ENDINGS["discharged"]], "202603011000"), ([ENDINGS["discharged"]], "")],
    ids=["not ended", "the same admission", "no admission"],
)
async def test_given_nothing_tells_that_the_number_was_used_again_then_the_message_waits(
    intake: Intake, first: list[bytes], came: str
) -> None:
    await intake.take(admitted("V16", "202603011000", "H16"), *first)

    [done] = await intake.take(of_ida("A08", "202603061000", came))

    assert (done.state, done.reason) == ("parked", "visit-of-another-person")
    assert len(await intake.rows(Spell)) == 1
