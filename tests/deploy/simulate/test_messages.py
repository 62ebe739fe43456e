"""What the simulated hospital writes: valid HL7 2.4, the same bytes again, readable by who receives it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from deploy.simulate.journeys import Journey, Step
from deploy.simulate.messages import written
from deploy.simulate.noise import NOISE
from deploy.simulate.pace import Pace
from deploy.simulate.plan import Shape, make_plan
from discharge.clocks import CaseClock
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, read_envelope

PACE = Pace(CaseClock.real(), datetime(2026, 3, 2, 6, tzinfo=UTC))
RUN = "0071234567890"
PLAN = make_plan(Shape(3, 25, 60, 7, date(2026, 3, 2)))


def told() -> list[tuple[Journey, Step, bytes]]:
    return [
        (journey, step, written(journey, step, PACE, RUN))
        for journey in PLAN.journeys
        for step in journey.steps
        if step.message
    ]


@pytest.fixture(scope="module")
def messages() -> list[tuple[Journey, Step, bytes]]:
    return told()


def header(message: bytes) -> MessageHeader:
    envelope = read_envelope(message)
    assert isinstance(envelope, MessageHeader)
    return envelope


def test_every_message_has_a_header_that_can_be_read(messages: list[tuple[Journey, Step, bytes]]) -> None:
    for _, step, message in messages:
        envelope = header(message)
        assert step.message
        assert envelope.trigger == step.message.trigger
        assert envelope.event_time == PACE.instant(step.at)
        assert envelope.visit_hint == step.message.visit
        assert len(envelope.message_id) <= 20


def test_a_message_that_is_sent_again_has_the_same_bytes_and_others_have_their_own_id(
    messages: list[tuple[Journey, Step, bytes]],
) -> None:
    by_id: dict[str, set[bytes]] = {}
    resent = 0
    for _, step, message in messages:
        by_id.setdefault(header(message).message_id, set()).add(message)
        resent += step.act == "resend"
    assert resent
    assert all(len(found) == 1 for found in by_id.values())
    assert len(by_id) == len(messages) - resent


def test_writing_again_gives_the_same_bytes(messages: list[tuple[Journey, Step, bytes]]) -> None:
    assert [message for *_, message in messages] == [message for *_, message in told()]


def test_a_hidden_person_is_said_to_be_hidden_before_anything_else(
    messages: list[tuple[Journey, Step, bytes]],
) -> None:
    first = next(message for journey, _, message in messages if journey.person.hidden)
    assert b"\rZU8||||1" in first


def test_a_rehearsal_says_that_it_is_one(messages: list[tuple[Journey, Step, bytes]]) -> None:
    ids = {
        step.message.rehearsal: header(message).processing_id for _, step, message in messages if step.message
    }
    assert ids == {True: "T", False: "P"}


def test_noise_never_names_somebody_of_the_plan() -> None:
    for _, message in NOISE:
        assert not any(one.person.nhs_number.encode() in message for one in PLAN.journeys)
