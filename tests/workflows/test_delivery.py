"""What a partner's answer means, row by row, and how long it is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from workflows.delivery import _later, _retry_after, judge
from workflows.ports import AttemptOutcome
from workflows.store.lanes import LAST_WAIT, back_off
from workflows.store.partners import FIRST_PROBE, LAST_PROBE, PAUSE_AFTER, probe_wait
from workflows.verdicts import Verdict

DUPLICATE = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "duplicate"}]}
CONFLICT = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "conflict"}]}
INVALID = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]}


@pytest.mark.parametrize(
    ("status", "attempts", "body", "meaning"),
    [
        (200, 1, None, "received"),
        (201, 1, None, "received"),
        (204, 3, None, "received"),
        (302, 1, None, "misdirected"),
        (400, 1, INVALID, "refused"),
        (301, 1, None, "misdirected"),
        (401, 1, None, "misdirected"),
        (403, 2, INVALID, "misdirected"),
        (404, 2, None, "misdirected"),
        (405, 1, None, "misdirected"),
        (407, 1, None, "misdirected"),
        (410, 1, None, "misdirected"),
        (408, 1, None, "failed"),
        (409, 1, None, "refused"),
        (409, 2, None, "refused"),
        (409, 1, DUPLICATE, "received"),
        (409, 2, DUPLICATE, "received"),
        (409, 2, CONFLICT, "refused"),
        (422, 2, DUPLICATE, "received"),
        (422, 1, DUPLICATE, "refused"),
        (422, 2, INVALID, "refused"),
        (425, 1, None, "failed"),
        (429, 1, None, "failed"),
        (500, 1, None, "failed"),
        (503, 9, None, "failed"),
    ],
)
def test_given_an_answer_when_judged_then_it_means_what_the_table_says(
    status: int, attempts: int, body: object, meaning: str
) -> None:
    response = httpx.Response(status, json=body) if body else httpx.Response(status)
    verdict = judge(response, attempts)
    assert (verdict.meaning, verdict.detail, verdict.sent) == (meaning, f"HTTP {status}", True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("99999999", 1800, 1800),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("soon", 0, 0),
        ("", 0, 0),
    ],
)
def test_given_a_wish_to_be_left_alone_when_judged_then_it_is_kept_within_reason(
    header: str, least: int, most: int
) -> None:
    wish = judge(httpx.Response(503, headers={"Retry-After": header}), 1).wish
    assert least <= wish.total_seconds() <= most


def test_given_a_wish_with_a_time_of_day_when_judged_then_it_is_kept() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    wish = judge(httpx.Response(503, headers={"Retry-After": until}), 1).wish
    assert 200 <= wish.total_seconds() <= 300


def test_given_more_and_more_failures_when_waiting_then_it_doubles_up_to_a_limit() -> None:
    waits = [back_off(attempts) for attempts in range(40)]
    assert waits == sorted(waits)
    assert waits[1] == 2 * waits[0]
    assert waits[-1] == LAST_WAIT
    assert probe_wait(PAUSE_AFTER) == FIRST_PROBE
    assert probe_wait(PAUSE_AFTER + 1) == 2 * FIRST_PROBE
    assert probe_wait(1000) == LAST_PROBE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"issue": 1}',
        b'{"issue": [1]}',
        b'{"issue": [{"severity": "error"}]}',
        b'{"other": []}',
    ],
)
def test_given_an_answer_that_is_no_outcome_when_judged_then_it_says_nothing_of_a_duplicate(
    body: bytes,
) -> None:
    assert judge(httpx.Response(409, content=body), 2).meaning == "refused"


def test_given_several_issues_when_one_is_a_duplicate_then_it_had_arrived() -> None:
    issues = {"issue": [{"code": "invalid"}, {"code": "duplicate"}]}
    assert judge(httpx.Response(409, json=issues), 1).meaning == "received"


NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        ("1", 1),
        ("1799", 1799),
        ("1800", 1800),
        ("1801", 1800),
        ("-5", 0),
        ("1.5", 0),
        ("\u00b2", 0),
        ("soon", 0),
        ("Mon, 02 Mar 2026 12:00:01 GMT", 1),
        ("Mon, 02 Mar 2026 11:59:59 GMT", 0),
        ("Mon, 02 Mar 2026 12:29:59 GMT", 1799),
        ("Mon, 02 Mar 2026 13:00:00 GMT", 1800),
        ("Mon, 02 Mar 2026 12:05:00 -0000", 0),
    ],
)
def test_given_how_long_to_leave_a_partner_alone_then_it_is_read_to_the_second(
    wish: str | None, seconds: int
) -> None:
    assert _retry_after(wish, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_given_a_wish_beside_a_failure_then_it_is_part_of_the_verdict_and_beside_others_it_is_not(
    status: int,
) -> None:
    headers = {"Retry-After": "60"}
    assert judge(httpx.Response(status, headers=headers), 1) == Verdict(
        "failed", f"HTTP {status}", wish=timedelta(seconds=60)
    )
    assert judge(httpx.Response(400, headers=headers), 1) == Verdict("refused", "HTTP 400")


@pytest.mark.parametrize(("waits", "wishes", "expected"), [(5, 0, 5), (5, 60, 60), (90, 60, 90)])
def test_given_a_wait_and_a_wish_then_the_longer_counts(waits: int, wishes: int, expected: int) -> None:
    verdict = Verdict("failed", "HTTP 503", wish=timedelta(seconds=wishes))
    assert _later(timedelta(seconds=waits), verdict) == AttemptOutcome(
        outcome="again", wait=timedelta(seconds=expected), code="partner-unavailable"
    )
    assert _later(None, verdict) == AttemptOutcome(outcome="paused")
