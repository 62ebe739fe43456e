"""Kinds of fault in how hospitals write: each through the real drain, with what is right for it.

The first test of a kind takes messages that were once read wrongly; the others are variants with other
triggers, fields and profiles.
"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import DocumentRow, Person, PersonAddress, Spell
from fhir_adapters.feeds.check import SampleFile, check_feed
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.store.tables import Feed
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.kinds_of_fault.messages import adt, beryl, notes, profiled, pv1
from tests.fixtures.postgres import Places

# A bare & ^ ~ in a text


@pytest.mark.parametrize("profile", ["epic", "itk-2.4"])
async def test_given_a_bare_ampersand_in_lines_of_an_address_and_in_a_ward_then_the_whole_text_is_kept(
    owner: AsyncEngine, intake: Intake, profile: str
) -> None:
    await profiled(owner, intake, profile)
    home = "Flat 2 & 3 Mill Lane^Rose & Crown Yard^Harrow Vale^^ZZ99 3VZ^^H"
    ward = "A&E Short Stay^A&E Short Stay^B1^RXH"

    await intake.take(
        adt("A01", "202603011000", beryl("H1", address=home), pv1("V1", "202603011000", place=ward))
    )

    [row] = await intake.rows(PersonAddress)
    assert row.lines.split("\n")[:2] == ["Flat 2 & 3 Mill Lane", "Rose & Crown Yard"]
    [spell] = await intake.rows(Spell)
    assert spell.ward == "A&E Short Stay"
    assert await notes(intake) == ["delimiters-in-text"]


async def test_given_a_street_and_a_surname_in_parts_then_they_are_read_as_parts(
    intake: Intake,
) -> None:
    pid = "1||H1^^^RXH^MR||VAN DER BERG&VAN DER&BERG^IDA||19500101|F|||4&MILL LANE^^LEEDS^^LS1 1AA^^H"

    await intake.take(adt("A28", "202603011000", pid))

    [person] = await intake.rows(Person)
    assert person.family_name == "VAN DER BERG"
    [row] = await intake.rows(PersonAddress)
    assert row.lines.startswith("4 MILL LANE")
    assert await notes(intake) == [""]


async def test_given_a_bare_ampersand_in_a_surname_then_it_is_kept(intake: Intake) -> None:
    await intake.take(adt("A28", "202603011000", "1||H1^^^RXH^MR||SMITH&JONES^IDA||19500101|F"))

    [person] = await intake.rows(Person)
    assert person.family_name == "SMITH&JONES"


@pytest.mark.parametrize("kind", ["TX", "ST", "FT"])
async def test_given_bare_marks_in_the_text_of_a_document_then_nothing_of_it_is_lost(
    intake: Intake, kind: str
) -> None:
    text = "Lives with son & daughter. Key safe 4411 ^ dog in yard, rent 50 ~ 60"
    raw = adt(
        "T02",
        "202603011000",
        beryl("H1"),
        pv1("V1", "202603011000"),
        "TXA|1|DS|TX|20260301100000||||||||DOC19|||||AU||AV",
        f"OBX|1|{kind}|DOC||{text}||||||F",
    )

    await intake.take(raw.replace(b"ADT^T02", b"MDM^T02"))

    async with transaction(intake.worker) as session:
        content = await session.scalar(select(DocumentRow.content))
    assert (content or b"").decode() == text


@pytest.mark.parametrize("sent", ["Lives with son \\T\\ daughter, 4 \\F\\ 5", "Lives with son & daughter"])
async def test_given_a_lost_escape_character_then_texts_are_whole_and_the_message_says_so(
    intake: Intake, sent: str
) -> None:
    raw = adt(
        "T02",
        "202603011000",
        beryl("H1", address="Rose \\T\\ Crown Yard^^HARROW VALE^^ZZ99 3VZ^GBR^H"),
        pv1("V1", "202603011000"),
        "TXA|1|DS|TX|20260301100000||||||||DOC19|||||AU||AV",
        f"OBX|1|TX|DOC||{sent}||||||F",
    )

    await intake.take(raw.replace(b"ADT^T02", b"MDM^T02").replace(b"^~\\&", b"^~&", 1))

    async with transaction(intake.worker) as session:
        content = await session.scalar(select(DocumentRow.content))
    assert (content or b"").decode() == sent.replace("\\T\\", "&").replace("\\F\\", "|")
    assert (await intake.rows(PersonAddress))[0].lines.startswith("Rose & Crown Yard")
    bare = {"delimiters-in-text"} if "&" in sent else set()
    assert set((await notes(intake))[0].split(",")) == {"escape-lost", *bare}


# Who a message is from


async def test_given_the_header_names_another_feed_than_the_port_then_it_is_filed_by_port_and_said(
    owner: AsyncEngine, intake: Intake, places: Places
) -> None:
    async with transaction(owner) as session:
        mine = await session.get_one(Feed, intake.feed_id)
        mine.port, mine.sending_application, mine.sending_facility = 2601, None, None
        session.add(
            Feed(
                code="SIM",
                organisation_id=places.trust,
                protocol="hl7v2",
                sending_application="SIMHOSP",
                sending_facility="SFAC",
            )
        )
    raw = adt("A28", "202603011000", beryl("H1"))

    await intake.take(raw.replace(b"|PAS|RXH|", b"|SIMHOSP|SFAC|"), raw)

    assert await notes(intake) == ["sender-of-another-feed", ""]


# A merge or a move of somebody not yet known


IDA = "1||H11^^^RXH^MR||MARLOW^IDA||19500101|F|||4 MILL LANE^^HARROW VALE^^ZZ99 3VZ^GBR^H"


@pytest.mark.parametrize("trigger", ["A45", "A44", "A40", "A34"])
async def test_given_a_merge_or_move_to_somebody_unknown_then_they_have_name_birth_date_and_address(
    intake: Intake, trigger: str
) -> None:
    await intake.take(adt("A01", "202603011000", beryl("H11b"), pv1("V11", "202603011000")))
    mrg = "MRG|H11b^^^RXH^MR||V11||V11"

    await intake.take(adt(trigger, "202603020900", IDA, mrg, pv1("V11", "202603011000")))

    [ida] = [row for row in await intake.rows(Person) if row.family_name == "MARLOW"]
    assert (ida.given_name, ida.birth_date) == ("IDA", date(1950, 1, 1))
    assert [row for row in await intake.rows(PersonAddress) if row.person_id == ida.id]


@pytest.mark.parametrize("trigger", ["A45", "A40"])
async def test_given_a_merge_or_move_to_somebody_known_then_it_changes_none_of_their_details(
    intake: Intake, trigger: str
) -> None:
    await intake.take(adt("A28", "202602011000", IDA.replace("MARLOW", "MARLOWE")))
    await intake.take(adt("A01", "202603011000", beryl("H11b"), pv1("V11", "202603011000")))

    mrg = "MRG|H11b^^^RXH^MR||||V11"
    await intake.take(adt(trigger, "202603020900", IDA, mrg, pv1("V11", "202603011000")))

    names = {row.family_name for row in await intake.rows(Person)}
    assert names == {"MARLOWE", "OAKLEY"}


# A number without its authority


@pytest.mark.parametrize("beside", ["H5^^^^PI", "H5^^^252^PI"])
async def test_given_a_bare_number_in_a_merge_then_the_profile_says_what_it_means(
    owner: AsyncEngine, intake: Intake, beside: str
) -> None:
    await profiled(owner, intake, "welsh-pas")
    woman = "||OAKLEY^BERYL||19410302|F"
    given_up = beside.replace("H5", "H5b")
    await intake.take(adt("A28", "202603011000", f"1||{given_up}||OAKLY^BERIL||19410302|F"))
    await intake.take(adt("A28", "202603011030", f"1||9990000018^^^^NI~{beside}{woman}"))

    await intake.take(adt("A40", "202603020900", f"1||9990000018^^^^NI~{beside}{woman}", "MRG|H5b"))

    people = await intake.rows(Person)
    assert len(people) == 2
    assert sum(person.merged_into is None for person in people) == 1


@pytest.mark.parametrize("mrg", ["H5b", "H5b^^^^MR"])
async def test_given_a_profile_that_does_not_say_then_the_merge_waits(intake: Intake, mrg: str) -> None:
    await intake.take(adt("A28", "202603011000", beryl("H5b")), adt("A28", "202603011030", beryl("H5")))

    [done] = await intake.take(adt("A40", "202603020900", beryl("H5"), f"MRG|{mrg}"))

    assert (done.state, done.reason) == ("parked", "bare-number")
    assert len(await intake.rows(Person)) == 2


def with_numbers(profile: str, **more: object) -> Profile:
    """A shipped profile with other keys about numbers."""
    data = profile_named(profile).model_dump(mode="json")
    data["identifiers"] |= more
    return Profile.model_validate(data)


def authorities(raw: bytes, profile: Profile) -> list[str]:
    """Under which authority the hospital numbers of a message are kept."""
    _, outcome = understood(raw, profile)
    assert isinstance(outcome, Interpreted)
    people = [fact for fact in outcome.facts if isinstance(fact, PersonReported)]
    return [one.authority for fact in people for one in fact.identifiers if one.kind == "local"]


@pytest.mark.parametrize("number", ["H5", "H5^^^^PI", "H5^^^RXH^MR"])
def test_given_the_profile_names_the_authority_of_bare_numbers_then_in_pid_3_they_are_under_it(
    number: str,
) -> None:
    raw = adt("A28", "202603011000", f"1||{number}||OAKLEY^BERYL||19410302|F")

    assert authorities(raw, with_numbers("welsh-pas", bare_numbers="rxh")) == ["RXH"]


def test_given_a_profile_that_does_not_name_one_then_each_way_of_writing_is_a_number_of_its_own() -> None:
    pid = "1||H5~H6^^^^PI~H7^^^RXH^MR||OAKLEY^BERYL||19410302|F"
    raw = adt("A28", "202603011000", pid)

    assert set(authorities(raw, profile_named("welsh-pas"))) == {"WELSH-PAS", "PI", "RXH"}


def test_given_a_pattern_of_bare_hospital_numbers_then_it_takes_them_and_no_others() -> None:
    pattern = {"field": 3, "bare": True, "system": "PAS"}
    raw = adt("A28", "202603011000", "1||H5~H6^^^RXH^MR||OAKLEY^BERYL||19410302|F")

    assert authorities(raw, with_numbers("itk-2.4", local=[pattern])) == ["PAS"]


def test_given_bare_numbers_then_the_check_counts_them_and_says_what_to_write() -> None:
    numbers = ["H5", "H5^^^^PI", "H6", "H6^^^RXH^MR", "H7^^^RXH^MR"]
    told = [adt("A28", "202603011000", f"1||{each}||OAKLEY^BERYL||19410302|F") for each in numbers]
    merge = adt("A40", "202603020900", "1||H5^^^RXH^MR||OAKLEY^BERYL||19410302|F", "MRG|H5b")

    report = check_feed([SampleFile("one.hl7", b"".join([*told, merge]))], profile_named("itk-2.4"))

    found = {each.count: each.text for each in report.suggestions if each.key == "identifiers.bare_numbers"}
    assert list(found) == [1, 3]
    assert "MRG-1" in found[1]
    assert found[3].endswith("add bare_numbers: RXH")


def test_given_a_number_that_no_pattern_takes_then_the_check_writes_the_pattern() -> None:
    told = b"".join(adt("A28", f"20260301100{n}", f"1||H{n}||OAKLEY^BERYL||19410302|F") for n in range(4))
    narrow = with_numbers("itk-2.4", local=[{"field": 3, "type": "MR"}])

    report = check_feed([SampleFile("one.hl7", told)], narrow)

    texts = [each.text for each in report.suggestions if each.key == "identifiers.local"]
    assert texts[0].endswith("no pattern matches it: add {field: 3, bare: true, system: AUTHORITY}")


# Codes and places of a trust's own


def stay_by(raw: bytes, **more: object) -> StayReported:
    """The stay of a message, by the ITK profile with other keys."""
    data = profile_named("itk-2.4").model_dump(mode="json") | more
    message, outcome = understood(raw, Profile.model_validate(data))
    assert message is not None
    assert isinstance(outcome, Interpreted)
    return next(fact for fact in outcome.facts if isinstance(fact, StayReported))


OWN_CODES = {
    "medically_fit": ["MFFD"],
    "fit_on": ["DATEMEDICALLYFITFORDISCHARGE"],
    "expected_discharge": ["EDD"],
}


def test_given_obx_codes_of_a_trusts_own_then_a_profile_key_reads_them() -> None:
    told = (
        "OBX|1|ST|DATEMEDICALLYFITFORDISCHARGE^Date medically fit for discharge||20260308000000",
        "OBX|2|ST|EDD||20260312",
    )
    raw = adt("A08", "202603081000", beryl("H15"), pv1("V15", "202603011000"), *told)

    stay = stay_by(raw, observations=OWN_CODES)

    assert (stay.medically_fit, stay.medically_fit_on) == (True, date(2026, 3, 8))
    assert stay.expected_discharge_on == date(2026, 3, 12)
    assert stay_by(raw).medically_fit is None


def test_given_an_obx_that_says_not_fit_then_nobody_is() -> None:
    raw = adt("A08", "202603081000", beryl("H15"), pv1("V15", "202603011000"), "OBX|1|ST|MFFD||N")

    assert stay_by(raw, observations=OWN_CODES).medically_fit is False


@pytest.mark.parametrize(
    ("place", "ward"),
    [
        ("ACUTE STROKE UNIT^BAY 2^BED 3^RXH", "ACUTE STROKE UNIT"),
        ("T42E^ROOM 12^3", "T42E"),
        ("RCB^OBS1^BAY2-6^RCB55", "OBS1"),
        ("RXH^BAY TREE WARD^3", "BAY TREE WARD"),
    ],
)
def test_given_a_bay_or_room_where_the_ward_should_be_then_it_is_no_ward(place: str, ward: str) -> None:
    stay = stay_by(adt("A01", "202603011000", beryl("H12"), pv1("V12", "202603011000", place=place)))

    assert stay.location is not None
    assert stay.location.ward == ward


def test_given_codes_that_no_key_reads_then_the_check_suggests_them() -> None:
    told = "OBX|1|ST|DATEMEDICALLYFITFORDISCHARGE^Date medically fit||20260308000000"
    raw = adt("A08", "202603081000", beryl("H15"), pv1("V15", "202603011000"), told)

    report = check_feed([SampleFile("one.hl7", raw)], profile_named("itk-2.4"))

    assert [each.count for each in report.suggestions if each.key == "observations"] == [1]


def checked_places(*places: str) -> dict[str, list[str]]:
    """What a check with the ITK profile says of these places: the wards, and what it suggests by key."""
    told = b"".join(
        adt("A01", "202603011000", beryl(f"H{n}"), pv1(f"V{n}", "202603011000", place=place))
        for n, place in enumerate(places)
    )
    report = check_feed([SampleFile("one.hl7", told)], profile_named("itk-2.4"))
    found: dict[str, list[str]] = {"wards": [f"{ward} {count}" for ward, count in report.wards.items()]}
    for each in report.suggestions:
        found.setdefault(each.key, []).append(each.text)
    return found


def test_given_places_then_the_check_lists_the_wards_that_the_profile_would_make() -> None:
    found = checked_places(*["ACUTE STROKE UNIT^BAY 2^BED 3^RXH"] * 3, "RXH^ELM^2^RXH")

    assert found["wards"] == ["ACUTE STROKE UNIT 3", "ELM 1"]
    assert "location.not_wards" not in found


@pytest.mark.parametrize("again", [1, 4])
def test_given_one_ward_for_each_bed_then_the_check_doubts_it(again: int) -> None:
    places = [f"RXH^ELM{n}^{n}^RXH" for n in range(8)] * again

    assert checked_places(*places)["location.ward"][0].startswith(
        f"PV1-3 makes 8 wards of {8 * again} places"
    )
    few = [f"RXH^{ward}^{bed}^RXH" for ward in ("ELM", "OAK", "FIR") for bed in range(8)]
    assert "location.ward" not in checked_places(*few * again)


@pytest.mark.parametrize("odd", ["CUBICLE 4", "07", "SR2", "Trolley-3", "B2"])
def test_given_a_bed_or_room_taken_for_a_ward_then_the_check_names_it(odd: str) -> None:
    found = checked_places(*["RXH^ELM^2^RXH"] * 3, *[f"RXH^{odd}^2^RXH"] * 3)

    assert odd in found["location.not_wards"][0]
