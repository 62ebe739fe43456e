"""Doubts about a feed's clock, which only summer and the change to it can show."""

from __future__ import annotations

import pytest

from fhir_adapters.feeds.check import Report, SampleFile, check_feed
from fhir_adapters.feeds.profile_loader import profile_named
from tests.fhir_adapters.hl7v2.samples import Sample

ITK = profile_named("itk-2.4")


def checked(count: int = 4, **changes: object) -> Report:
    samples = [Sample(message_id=f"M{n}", visit=f"V{n}").but(**changes) for n in range(count)]
    return check_feed([SampleFile("sample.hl7", b"".join(each.raw() for each in samples))], ITK)


def doubts(report: Report) -> list[str]:
    return [each.text for each in report.suggestions if each.key == "zone" or "PID-7" in each.text]


def test_given_local_times_of_winter_then_nothing_is_doubted_and_their_zone_is_told() -> None:
    report = checked()

    assert doubts(report) == []
    assert report.times == {"none, read as Europe/London": 16}


@pytest.mark.parametrize(("offset", "doubted"), [("+0000", True), ("Z", True), ("+0100", False)])
def test_given_an_offset_of_zero_in_summer_then_the_sender_is_to_be_asked(offset: str, doubted: bool) -> None:
    at = f"20260702101500{offset}"
    report = checked(sent=at, happened=at)

    assert bool(doubts(report)) is doubted
    assert report.times[offset] == 12


def test_given_an_offset_of_zero_in_winter_then_it_is_right() -> None:
    assert doubts(checked(sent="20260102101500+0000")) == []


@pytest.mark.parametrize(
    ("sent", "happened", "doubted"),
    [
        ("20260702111500", "20260702101500", True),
        ("20260702101500", "20260702101500", False),
        ("20260102111500", "20260102101500", False),
    ],
)
def test_given_times_of_one_message_an_hour_apart_in_summer_then_one_may_be_utc(
    sent: str, happened: str, doubted: bool
) -> None:
    told = doubts(checked(sent=sent, happened=happened))

    assert told == (
        ["EVN-6 and MSH-7 are an hour apart in 4 of 4 summer messages: one of them may be UTC; ask which"]
        if doubted
        else []
    )


@pytest.mark.parametrize(("hour", "doubted"), [("0130", True), ("0030", False), ("0230", False)])
def test_given_a_time_that_the_zone_skipped_then_it_is_told(hour: str, doubted: bool) -> None:
    told = doubts(checked(happened=f"20260329{hour}00"))

    assert any("skipped when summer began" in each for each in told) is doubted


def test_given_birth_dates_at_eleven_at_night_then_a_shift_is_suspected_and_the_day_is_kept() -> None:
    assert "PID-7 ends in 2300 or 0100 in 4 messages" in doubts(checked(born="194105012300"))[0]
    assert doubts(checked(born="194105020000")) == []
