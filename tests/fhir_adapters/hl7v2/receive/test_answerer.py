"""From a message to its answer, with an inbox that does what the test says: AA for what is stored alone."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from discharge.clocks import CaseClock
from discharge.errors import HomewardError, Unavailable
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.hl7v2.receive import answerer
from fhir_adapters.hl7v2.receive.ack import AckRules, Immediate
from fhir_adapters.hl7v2.receive.answerer import TURNED_AWAY, Acknowledgement, Answerer
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import Arrival, Directory, FeedDoor, LateOutcome
from fhir_adapters.hl7v2.receive.limits import Limits
from fhir_adapters.store.inbox import Arrived, HiddenNumber, Received
from tests.fhir_adapters.hl7v2.lines import fields
from tests.fhir_adapters.hl7v2.samples import Sample

TRUST, KEPT = UUID(int=1), UUID(int=9)
FEED = FeedDoor(UUID(int=2), "RXH-PAS", TRUST, "itk-2.4", sending_application="PAS", networks=("10.0.0.0/8",))
UNASSIGNED = FeedDoor(UUID(int=3), "unassigned", TRUST, None)
HERE = Arrival(port=2575, address="10.0.0.1")
AWAY = Arrival(port=2575, address="192.0.2.1")
CLOCK = CaseClock(
    origin=datetime(2020, 1, 1, tzinfo=UTC), case_origin=datetime(2030, 1, 1, tzinfo=UTC), factor=1.0
)
JOAN = Sample()
HIDDEN = JOAN.but(more={"ZU8": {4: "2"}})


class Inbox:
    """Keeps what it is given, or fails as it is told."""

    def __init__(self, feeds: Sequence[FeedDoor] = (FEED,)) -> None:
        self.known = list(feeds)
        self.kept: list[tuple[FeedDoor, Arrived]] = []
        self.dues: list[float] = []
        self.turned_away: list[tuple[FeedDoor, int]] = []
        self.late: list[tuple[UUID, set[UUID], str]] = []
        self.failure: Exception | None = None
        self.late_failure: Exception | None = None

    async def store(self, door: FeedDoor, arrived: Arrived, due: float) -> Received:
        if self.failure:
            raise self.failure
        await asyncio.sleep(0)
        self.kept.append((door, arrived))
        self.dues.append(due)
        return Received(KEPT, False, False)

    async def feeds(self) -> list[FeedDoor]:
        return self.known

    async def unassigned(self) -> FeedDoor:
        return UNASSIGNED

    async def note_turned_away(self, door: FeedDoor, times: int) -> None:
        if self.failure:
            raise self.failure
        self.turned_away.append((door, times))

    async def note_late_answers(self, organisation_id: UUID, ids: Collection[UUID], is_: LateOutcome) -> None:
        if self.late_failure:
            raise self.late_failure
        self.late.append((organisation_id, set(ids), is_))

    async def handled(self, organisation_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        return set(ids)


class Desk:
    """An answerer with its inbox and counts."""

    def __init__(self, *feeds: FeedDoor, limits: Limits | None = None, rules: AckRules | None = None) -> None:
        self.inbox, self.counts = Inbox(feeds or (FEED,)), Counts()
        limits = limits or Limits()
        self.answerer = Answerer(
            self.inbox, Directory(self.inbox, limits), CLOCK, book(rules), self.counts, limits
        )

    async def ask(self, raw: bytes, door: Arrival = HERE) -> Acknowledgement:
        return await self.answerer.answer(raw, door)

    def counted(self, name: str, **labels: str) -> float | None:
        return self.counts.registry.get_sample_value(f"homeward_mllp_{name}_total", labels)


def book(rules: AckRules | None) -> ProfileBook:
    profile = profile_named("itk-2.4")
    if rules is None:
        return shipped_profiles()
    return shipped_profiles().with_more([profile.model_copy(update={"acknowledgement": rules})])


def told(answer: Acknowledgement) -> tuple[str, str]:
    assert answer.reply is not None
    return tuple(fields(answer.reply, "MSA")[1:3])  # type: ignore[return-value]


async def test_given_a_message_of_a_feed_then_it_is_kept_for_it_before_it_is_taken() -> None:
    desk = Desk()
    answer = await desk.ask(JOAN.raw())
    assert told(answer) == ("AA", "M1")
    assert (answer.owed, answer.hang_up) == (None, False)
    [(door, arrived)] = desk.inbox.kept
    assert (door, arrived.raw, arrived.state, arrived.hides) == (FEED, JOAN.raw(), "stored", ())
    assert desk.counted("messages", feed="RXH-PAS", answer="AA") == 1
    assert desk.counts.registry.get_sample_value("homeward_mllp_commit_seconds_count") == 1


async def test_given_an_answer_then_it_has_an_id_of_its_own_and_is_dated_in_case_time() -> None:
    desk = Desk()
    replies = [(await desk.ask(JOAN.raw())).reply or b"" for _ in range(2)]
    ids = {fields(reply, "MSH")[9] for reply in replies}
    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9A-F]{20}", each) for each in ids)
    expected = CLOCK.case_time(datetime.now(UTC)).strftime("%Y%m")
    assert fields(replies[0], "MSH")[6].startswith(expected)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Unavailable("database-unavailable"), "message not stored: database-unavailable"),
        (HomewardError("internal", detail="XX000"), "message not stored: internal"),
        (RuntimeError("ASHDOWN"), "message not stored: RuntimeError"),
    ],
)
async def test_given_what_cannot_be_stored_then_its_sender_is_asked_to_try_again(
    failure: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(rules=AckRules("commit"))
    desk.inbox.failure = failure
    answer = await desk.ask(JOAN.but(application_ack="AL").raw())
    assert told(answer) == ("CE", "M1")
    assert fields(answer.reply or b"", "MSA")[6] == "207"
    assert (answer.owed, desk.inbox.kept) == (None, [])
    assert [record.getMessage() for record in caplog.records] == [said]
    assert desk.counted("messages", feed="RXH-PAS", answer="CE") == 1


async def test_given_the_feeds_cannot_be_read_then_the_answer_is_counted_for_nobody() -> None:
    desk = Desk()

    async def fail() -> FeedDoor:
        raise Unavailable("database-unavailable")

    desk.inbox.unassigned = fail  # type: ignore[method-assign]
    assert told(await desk.ask(JOAN.raw())) == ("AE", "M1")
    assert desk.counted("messages", feed="unknown", answer="AE") == 1


async def test_given_a_sender_outside_the_networks_then_no_answer_but_a_count_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    assert await desk.ask(JOAN.raw(), AWAY) == TURNED_AWAY == Acknowledgement(None, hang_up=True)
    assert desk.inbox.kept == []
    assert desk.counted("turned_away", feed="RXH-PAS") == 1
    assert desk.counted("messages", feed="RXH-PAS", answer="none") == 1
    [record] = caplog.records
    assert record.getMessage() == "turned away: 192.0.2.1 is not in the networks of feed RXH-PAS"
    assert record.levelno == logging.WARNING


async def test_given_who_was_turned_away_then_it_is_written_down_once_and_kept_while_that_fails() -> None:
    desk = Desk()
    for _ in range(3):
        await desk.ask(JOAN.raw(), AWAY)
    desk.inbox.failure = Unavailable("database-unavailable")
    with pytest.raises(Unavailable):
        await desk.answerer.write_down_who_was_turned_away()
    desk.inbox.failure = None
    for _ in range(2):
        await desk.answerer.write_down_who_was_turned_away()
    assert desk.inbox.turned_away == [(FEED, 3)]


async def test_given_somebody_turned_away_while_it_is_written_down_then_the_next_time_tells_them() -> None:
    desk = Desk()
    await desk.ask(JOAN.raw(), AWAY)
    note = desk.inbox.note_turned_away

    async def and_one_more(door: FeedDoor, times: int) -> None:
        await note(door, times)
        if len(desk.inbox.turned_away) == 1:
            await desk.ask(JOAN.raw(), AWAY)

    desk.inbox.note_turned_away = and_one_more  # type: ignore[method-assign]
    for _ in range(3):
        await desk.answerer.write_down_who_was_turned_away()
    assert desk.inbox.turned_away == [(FEED, 1), (FEED, 1)]


async def test_given_a_message_that_no_feed_claims_then_it_is_held_as_unassigned_and_hides_nobody() -> None:
    desk = Desk()
    assert told(await desk.ask(HIDDEN.but(application="LAB").raw())) == ("AA", "M1")
    [(door, arrived)] = desk.inbox.kept
    assert (door, arrived.state, arrived.code, arrived.hides) == (
        UNASSIGNED,
        "unassigned",
        "unknown-feed",
        (),
    )


async def test_given_the_door_decides_then_port_certificate_application_and_facility_all_count() -> None:
    shown = {"port": 2575, "certificate": "ab", "sending_application": "PAS", "sending_facility": "RXH"}
    wanted = [
        FeedDoor(UUID(int=20 + number), f"F{number}", TRUST, None, **{**shown, name: other})  # type: ignore[arg-type]
        for number, (name, other) in enumerate(
            [("port", 1), ("certificate", "x"), ("sending_application", "x"), ("sending_facility", "x")]
        )
    ]
    mine = FeedDoor(UUID(int=30), "MINE", TRUST, None, **shown)  # type: ignore[arg-type]
    desk = Desk(*wanted, mine)
    await desk.ask(JOAN.raw(), Arrival(port=2575, certificate="ab", address="10.0.0.1"))
    assert [door.code for door, _ in desk.inbox.kept] == ["MINE"]


async def test_given_a_message_larger_than_its_feed_takes_then_it_is_refused_and_not_kept() -> None:
    size = len(JOAN.raw())
    desk = Desk(limits=Limits(message_bytes=size))
    assert told(await desk.ask(JOAN.raw())) == ("AA", "M1")
    answer = await desk.ask(JOAN.raw() + b"\r")
    assert told(answer) == ("AR", "M1")
    assert fields(answer.reply or b"", "MSA")[3] == "The message is too large"
    assert len(desk.inbox.kept) == 1


async def test_given_what_is_no_message_then_it_is_kept_as_rejected_and_answered() -> None:
    desk = Desk()
    answer = await desk.ask(b"hello")
    assert told(answer)[0] == "AR"
    [(_, arrived)] = desk.inbox.kept
    assert arrived.state == "rejected"


async def test_given_bytes_that_are_no_whole_message_then_what_is_known_of_it_is_in_the_answer() -> None:
    desk = Desk()
    answer = desk.answerer.refuse("message-too-large", JOAN.raw()[:120])
    assert fields(answer, "MSA")[1:3] == ["AR", "M1"]
    assert fields(desk.answerer.refuse("message-too-large"), "MSA")[1:3] == ["AR", ""]
    assert desk.counted("messages", feed="unknown", answer="AR") == 2
    assert desk.counted("connections_ended", code="message-too-large") == 2


async def test_given_a_message_that_hides_somebody_then_their_numbers_are_kept_with_it() -> None:
    desk = Desk()
    await desk.ask(HIDDEN.raw())
    [(_, arrived)] = desk.inbox.kept
    assert {(each.kind, each.value) for each in arrived.hides} == {("nhs", "9990000018"), ("local", "H100")}


@pytest.mark.parametrize("large", [0, 1_000_000])
async def test_given_a_message_of_any_size_then_it_is_read_and_hides_the_same(
    large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerer, "LARGE", large)
    desk = Desk()
    assert told(await desk.ask(HIDDEN.raw())) == ("AA", "M1")
    assert len(desk.inbox.kept[0][1].hides) == 2


@pytest.mark.parametrize(("smaller_by", "beside"), [(0, True), (-1, False)])
async def test_given_a_large_message_then_it_is_read_beside_the_others(
    smaller_by: int, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerer, "LARGE", len(HIDDEN.raw()) - smaller_by)
    threads: list[str] = []

    async def to_thread(work: object, *given: object) -> object:
        threads.append(work.__name__)  # type: ignore[attr-defined]
        return work(*given)  # type: ignore[operator]

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    desk = Desk()
    await desk.ask(HIDDEN.raw())
    assert threads == (["read_envelope", "numbers_hidden"] if beside else [])
    assert len(desk.inbox.kept[0][1].hides) == 2


async def test_given_the_look_at_whom_it_hides_fails_then_the_message_is_kept_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> tuple[HiddenNumber, ...]:
        raise ValueError("ASHDOWN")

    monkeypatch.setattr(answerer, "numbers_hidden", fail)
    desk = Desk()
    assert told(await desk.ask(HIDDEN.raw())) == ("AA", "M1")
    assert desk.inbox.kept[0][1].hides == ()
    assert [record.getMessage() for record in caplog.records] == [
        "not found whom a message hides: ValueError"
    ]


@pytest.mark.parametrize(
    ("happened", "older"), [("20260302100000", True), ("20400101000000", False), ("", False)]
)
async def test_given_two_versions_of_a_profile_then_that_of_the_messages_day_says_whom_it_hides(
    happened: str, older: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    days: list[object] = []
    found = ProfileBook.in_force

    def watched(self: ProfileBook, name: str | None, day: object) -> object:
        days.append((name, day))
        return found(self, name, day)  # type: ignore[arg-type]

    desk = Desk()
    monkeypatch.setattr(ProfileBook, "in_force", watched)
    sent = JOAN.but(happened=happened, sent=happened)
    today = CLOCK.today(datetime.now(UTC))
    await desk.ask(sent.raw())
    asked = [day for _, day in days]
    assert {name for name, _ in days} == {"itk-2.4"}
    assert asked == [today, datetime(2026, 3, 2, tzinfo=UTC).date() if older else today]


@pytest.mark.parametrize(
    ("immediate", "asks", "code", "owed"),
    [
        ("application", "AL", "AA", False),
        ("commit", "AL", "CA", True),
        ("commit", "NE", "CA", False),
    ],
)
async def test_given_a_profile_that_acknowledges_the_commit_then_the_rest_is_owed_and_noted_first(
    immediate: Immediate, asks: str, code: str, owed: bool
) -> None:
    desk = Desk(rules=AckRules(immediate))
    answer = await desk.ask(JOAN.but(application_ack=asks).raw())
    assert told(answer) == (code, "M1")
    assert desk.counted("messages", feed="RXH-PAS", answer=code) == 1
    assert desk.inbox.late == ([(TRUST, {KEPT}, "owed")] if owed else [])
    assert (answer.owed is not None) is owed
    if answer.owed:
        assert (answer.owed.organisation_id, answer.owed.inbox_id) == (TRUST, KEPT)
        assert fields(answer.owed.write(), "MSA")[1:3] == ["AA", "M1"]


async def test_given_what_is_owed_cannot_be_noted_then_it_is_owed_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(rules=AckRules("commit"))
    desk.inbox.late_failure = Unavailable("database-unavailable")
    answer = await desk.ask(JOAN.but(application_ack="AL").raw())
    assert answer.owed is not None
    assert [record.getMessage() for record in caplog.records] == ["owed answer not noted: Unavailable"]


async def test_given_a_profile_that_honours_never_then_the_message_is_kept_in_silence() -> None:
    desk = Desk(rules=AckRules(honour_never=True))
    answer = await desk.ask(JOAN.but(accept="NE", application_ack="NE").raw())
    assert answer == Acknowledgement(None)
    assert len(desk.inbox.kept) == 1
    assert desk.counted("messages", feed="RXH-PAS", answer="none") == 1


async def test_given_a_sender_that_is_too_fast_then_it_waits_its_turn_and_the_wait_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.extend([seconds] if seconds else [])

    monkeypatch.setattr(asyncio, "sleep", sleep)
    desk = Desk(limits=Limits(messages_per_second=0.01))
    await desk.ask(JOAN.raw())
    assert slept == []
    assert desk.counted("held_back_seconds", feed="RXH-PAS") is None
    await desk.ask(JOAN.raw())
    assert slept == pytest.approx([100], abs=5)
    assert desk.counted("held_back_seconds", feed="RXH-PAS") == pytest.approx(slept[0])


async def for_ever(*_: object) -> None:
    await asyncio.Event().wait()


async def until_due(_: FeedDoor, __: Arrived, due: float) -> None:
    async with asyncio.timeout_at(due):
        await for_ever()


@pytest.mark.parametrize(("what", "silence"), [("store", until_due), ("feeds", for_ever)])
async def test_given_an_inbox_that_does_not_answer_in_time_then_the_sender_is_asked_to_try_again(
    what: str, silence: Callable[..., Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(limits=Limits(keep_seconds=0.05))
    setattr(desk.inbox, what, silence)
    answer = await asyncio.wait_for(desk.ask(JOAN.raw()), 5)
    assert told(answer) == ("AE", "M1")
    assert fields(answer.reply or b"", "MSA")[6] == "207"
    assert [record.getMessage() for record in caplog.records] == [
        "message not stored in time: database-unavailable"
    ]


async def test_given_a_note_of_what_is_owed_that_hangs_then_the_sender_has_its_answer_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answerer, "OWED_SECONDS", 0.05)
    desk = Desk(rules=AckRules("commit"))
    monkeypatch.setattr(desk.inbox, "note_late_answers", for_ever)
    answer = await asyncio.wait_for(desk.ask(JOAN.but(application_ack="AL").raw()), 5)
    assert told(answer) == ("CA", "M1")
    assert answer.owed is not None
    assert [record.getMessage() for record in caplog.records] == ["owed answer not noted: TimeoutError"]


async def test_given_a_sender_that_waited_its_turn_then_the_time_to_store_begins_after_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(limits=Limits(messages_per_second=0.8, keep_seconds=1))
    began = asyncio.get_running_loop().time()
    answers = [await desk.ask(JOAN.raw()) for _ in range(2)]
    assert {told(answer) for answer in answers} == {("AA", "M1")}
    assert desk.inbox.dues == pytest.approx([began + 1, began + 1 + 1 / 0.8], abs=0.5)
    assert caplog.records == []
