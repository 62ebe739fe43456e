"""Kinds of fault in what hospitals say of stays: each through the real drain, with what is right for it.

The first test of a kind takes messages that were once read wrongly; the others are variants with other
triggers, fields and profiles.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.tables import Person, Spell
from fhir_adapters.hl7v2.interpret.notes import note_words
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.kinds_of_fault.messages import (
    admitted,
    adt,
    beryl,
    case_of,
    home,
    left,
    notes,
    pv1,
    stay_of,
    told,
)
from tests.fhir_adapters.hl7v2.store.test_drain import signals

# Times that contradict each other


async def test_given_a_discharge_dated_a_year_too_early_then_what_was_said_stands_and_is_doubtful(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(admitted("V1", "202603011000"))
    await case_of(intake, worker)

    await intake.take(left("V1", "202603011000", "202603101500", "202503101500"))

    assert await stay_of(intake) == ("discharged", "W7", date(2026, 3, 10), ("discharged-before-admitted",))
    assert (await notes(intake))[-1] == "discharged-before-admitted"
    assert "ask the ward" in note_words((await notes(intake))[-1])
    assert (await told(intake))[-1].doubts == ("discharged-before-admitted",)


async def test_given_a_discharge_to_the_minute_and_an_admission_to_the_second_then_the_person_left(
    intake: Intake,
) -> None:
    await intake.take(admitted("V2", "20260301100052"))

    await intake.take(left("V2", "20260301100052", "20260301100052", "202603011000"))

    assert await stay_of(intake) == ("discharged", "W7", date(2026, 3, 1), ())


async def test_given_a_discharge_that_names_the_day_only_then_it_follows_an_admission_of_that_day(
    intake: Intake,
) -> None:
    await intake.take(admitted("V2", "202603011000"), left("V2", "202603011000", "202603011500", "20260301"))

    assert await stay_of(intake) == ("discharged", "W7", date(2026, 3, 1), ())


async def test_given_an_admission_keyed_late_and_corrected_then_the_doubt_ends_and_the_discharge_counts(
    intake: Intake,
) -> None:
    await intake.take(admitted("V3", "202603011800"))
    await intake.take(left("V3", "202603011800", "202603011830", "202603011730", event="202603011730"))
    assert (await stay_of(intake))[0::3] == ("discharged", ("discharged-before-admitted",))

    await intake.take(left("V3", "202603011000", "202603011900", "202603011730", trigger="A08"))

    assert await stay_of(intake) == ("discharged", "W7", date(2026, 3, 1), ())
    [spell] = await intake.rows(Spell)
    assert spell.discharged_at == datetime(2026, 3, 1, 17, 30, tzinfo=UTC)


async def test_given_a_move_dated_before_the_day_of_the_admission_then_it_counts_and_is_doubtful(
    intake: Intake,
) -> None:
    await intake.take(admitted("V4", "202603011000"))
    stay = pv1("V4", "202603011000", place="W9")

    await intake.take(adt("A02", "202603031000", beryl("H1"), stay, event="202503031000"))

    assert await stay_of(intake) == ("admitted", "W9", None, ("moved-before-admitted",))
    assert (await notes(intake))[-1] == "moved-before-admitted"


async def test_given_an_attendance_that_ended_before_the_admission_was_told_then_nothing_is_doubtful(
    intake: Intake,
) -> None:
    ended = left("V5", "202603010800", "202603011000", "202603010955")

    await intake.take(ended, admitted("V5", "202603011030"))

    assert (await stay_of(intake))[0::3] == ("admitted", ())


async def test_given_a_visit_number_used_again_for_a_later_stay_then_it_is_doubtful(intake: Intake) -> None:
    await intake.take(admitted("V6", "202603011000"))
    await intake.take(left("V6", "202603011000", "202603051000", "202603051000"))

    await intake.take(admitted("V6", "202604201000"))

    assert (await stay_of(intake))[0::3] == ("admitted", ("visit-number-used-again",))


# Messages of equal time


def at_once(trigger: str, number: str, *lines: str, when: str = "202611271030", pid: str = "") -> bytes:
    """One of several messages that are said to be of one moment."""
    return adt(trigger, when, pid or beryl("H1"), *lines, event=when, number=number)


@pytest.mark.parametrize("when", ["202611271030", "202510260115", "20261127"])
async def test_given_moves_of_equal_time_then_the_last_to_arrive_counts(intake: Intake, when: str) -> None:
    await intake.take(admitted("V1", "202510011015"))
    wards = ["P1", "P4", "P2", "P5", "P3"]

    await intake.take(*(at_once("A02", to, pv1("V1", "202510011015", place=to), when=when) for to in wards))

    assert (await stay_of(intake))[1] == "P3"


async def test_given_the_hour_that_october_shows_twice_then_the_later_arrival_counts(intake: Intake) -> None:
    await intake.take(admitted("V1", "202510011015"))
    first = at_once("A02", "1", pv1("V1", "202510011015", place="P1"), when="202510260150")
    second = at_once("A02", "2", pv1("V1", "202510011015", place="P2"), when="202510260110")

    await intake.take(first, second)

    assert (await stay_of(intake))[1] == "P2"


@pytest.mark.parametrize("order", ["A03 A13", "A13 A03", "A03 A13 A03", "A13 A03 A13"])
async def test_given_a_discharge_and_its_reversal_of_equal_time_then_the_last_to_arrive_counts(
    intake: Intake, order: str
) -> None:
    await intake.take(admitted("V1", "202611191015"))
    said = enumerate(order.split())

    await intake.take(*(at_once(trigger, str(n), pv1("V1", "202611191015")) for n, trigger in said))

    assert (await stay_of(intake))[0] == ("discharged" if order.endswith("A03") else "admitted")


async def test_given_fitness_and_address_of_equal_time_then_the_last_to_arrive_count(intake: Intake) -> None:
    said = [("Y", "1 A ST"), ("N", "2 B ST"), ("Y", "3 C ST"), ("N", "4 D ST")]
    for n, (fit, street) in enumerate(said):
        pid = beryl("H1", address=f"{street}^^LEEDS^^LS1 1AA^^H")
        zu1 = "ZU1" + "|" * 22 + fit
        await intake.take(at_once("A08", str(n), pv1("V1", "202611191015"), zu1, pid=pid))

    [spell] = await intake.rows(Spell)
    assert spell.medically_fit is False
    assert (await home(intake) or "").startswith("4 D ST")


# Ready dates that cannot be


def fit_on(day: str, sent: str, indicator: str = "Y") -> bytes:
    """An update that says whether somebody is fit, and since when."""
    zu1 = "ZU1" + "|" * 22 + f"{indicator}||{day}"
    return adt("A08", sent, beryl("H1"), pv1("V1", "202603011015"), zu1)


@pytest.mark.parametrize(
    ("day", "since", "assumed", "note"),
    [
        ("19000101", date(2026, 3, 4), True, "fit-date-not-used,fit-without-date"),
        ("20260501", date(2026, 3, 4), True, "fit-date-not-used,fit-without-date"),
        ("rubbish", date(2026, 3, 4), True, "fit-date-not-used,fit-without-date"),
        ("", date(2026, 3, 4), True, "fit-without-date"),
        ("20250304", date(2026, 3, 1), True, "fit-before-admitted"),
        ("20260303", date(2026, 3, 3), False, ""),
    ],
)
async def test_given_a_ready_date_that_cannot_be_then_the_waiting_begins_within_the_stay_and_it_is_said(
    intake: Intake, worker: AsyncEngine, day: str, since: date, assumed: bool, note: str
) -> None:
    await intake.take(admitted("V1", "202603011015"))
    await case_of(intake, worker)

    await intake.take(fit_on(day, "202603041000"))

    assert (await notes(intake))[-1] == note
    heard = (await told(intake))[-1]
    assert (heard.medically_fit_on, heard.fit_on_assumed) == (since, assumed)


async def test_given_fit_without_a_date_again_and_again_then_the_first_day_since_the_last_no_counts(
    intake: Intake,
) -> None:
    said = [("Y", "202603031000"), ("N", "202603051000"), ("Y", "202603071000"), ("Y", "202603091000")]

    await intake.take(admitted("V1", "202603011015"), *(fit_on("", sent, fit) for fit, sent in said))

    [spell] = await intake.rows(Spell)
    assert spell.medically_fit_on == date(2026, 3, 7)


# The trust deletes a person's record


def deleted(sent: str, pid: str = "", number: str = "") -> bytes:
    return adt("A29", sent, pid or beryl("H1"), number=number)


async def commands_of(intake: Intake) -> list[tuple[str, str | None]]:
    """Every command that a case was sent, with how the stay in it stands."""
    return [
        (each.command.kind, each.command.spell.status if each.command.kind == "note-hospital-facts" else None)
        for each in await signals(intake)
    ]


async def test_given_a_deleted_person_then_the_stay_ends_as_deleted_and_the_open_case_is_told_once(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(adt("A28", "202603010900", beryl("H1")))
    await case_of(intake, worker)
    await intake.take(admitted("V14", "202603011000"))

    await intake.take(deleted("202603020900"), deleted("202603020930", number="again"))

    [spell] = await intake.rows(Spell)
    assert (spell.status, spell.folded["cancelled_because"]) == ("cancelled", "deleted")
    heard = await commands_of(intake)
    assert list(dict.fromkeys(status for _, status in heard if status)) == ["admitted", "cancelled"]
    assert [kind for kind, _ in heard if kind == "note-person-deleted"] == ["note-person-deleted"] * 2
    assert [row.state for row in await intake.rows(InboxRow)] == ["interpreted"] * 4


async def test_given_stays_of_every_kind_then_those_that_have_not_ended_are_deleted(intake: Intake) -> None:
    plan = adt("A05", "202603011100", beryl("H1"), pv1("V3", ""))
    unnumbered = adt("A01", "202603011200", beryl("H1"), pv1("", "202603011200"))
    await intake.take(admitted("V1", "202602011000"))
    await intake.take(left("V1", "202602011000", "202602051000", "202602051000"), plan, unnumbered)

    await intake.take(deleted("202603020900"))

    stays = {row.visit_number[:2]: row.status for row in await intake.rows(Spell)}
    unnumbered_one = next(number for number in stays if number[0] == "@")
    assert stays == {"V1": "discharged", "V3": "cancelled", unnumbered_one: "cancelled"}


@pytest.mark.parametrize(
    "pid",
    [beryl("H9"), "1||H1^^^RXH^MR||MARLOW^IDA||19500101|F"],
    ids=["nobody has the number", "the number is somebody else's"],
)
async def test_given_somebody_not_known_then_nothing_is_deleted_and_the_message_says_so(
    intake: Intake, pid: str
) -> None:
    await intake.take(admitted("V1", "202603011000"))

    await intake.take(deleted("202603020900", pid))

    assert (await stay_of(intake))[0] == "admitted"
    assert (await notes(intake))[-1] == "deleted-person-not-known"
    assert len(await intake.rows(Person)) == 1


async def test_given_a_record_that_was_joined_with_others_then_the_message_waits_for_a_person(
    intake: Intake,
) -> None:
    await intake.take(admitted("V1", "202603011000"), adt("A28", "202603011030", beryl("H2")))
    await intake.take(adt("A40", "202603011100", beryl("H1"), "MRG|H2^^^RXH^MR"))

    [done] = await intake.take(deleted("202603020900", beryl("H2")))

    assert (done.state, done.reason) == ("parked", "person-deleted")
    assert (await stay_of(intake))[0] == "admitted"


async def test_given_the_trust_speaks_of_the_stay_again_then_it_stands_again(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(admitted("V1", "202603011000"))
    await case_of(intake, worker)

    await intake.take(deleted("202603020900"), admitted("V1", "202603031000"))

    assert (await stay_of(intake))[0] == "admitted"
    assert (await told(intake))[-1].status == "admitted"
