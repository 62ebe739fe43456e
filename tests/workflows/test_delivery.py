"""What a partner's answer means, row by row, and how long it is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from workflows.delivery import judge
from workflows.store.lanes import LAST_WAIT, back_off
from workflows.store.partners import FIRST_PROBE, LAST_PROBE, PAUSE_AFTER, probe_wait

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
