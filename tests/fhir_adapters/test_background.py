"""No background task ends without a word: it is logged by name and kind, counted, told, and begins again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from discharge.errors import Unavailable
from fhir_adapters import background
from fhir_adapters.background import FAILURES, Background, spawn

SECRET = "Edith Ashdown 9990000018"


def counted(name: str) -> float:
    return float(FAILURES.labels(name)._value.get())


@contextmanager
def one_more(name: str, times: int = 1) -> Iterator[None]:
    before = counted(name)
    yield
    assert counted(name) == before + times


async def test_given_a_task_that_fails_when_kept_up_then_it_begins_again_and_everybody_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.01)
    tasks, runs, up = Background(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError(SECRET)
        if runs == 2:
            raise Unavailable("database-unavailable")
        up.set()
        await asyncio.Event().wait()

    with one_more("feeds", 2), caplog.at_level(logging.ERROR, "homeward.background"):
        tasks.start("feeds", work)
        async with asyncio.timeout(10):
            await up.wait()

    assert tasks.failing() == {"feeds": "database-unavailable"}
    assert "task feeds failed: ValueError at " in caplog.text
    assert SECRET not in caplog.text
    await tasks.stop()


async def test_given_a_task_that_failed_when_it_has_kept_up_for_a_while_then_it_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks, failed = Background(), asyncio.Event()

    async def work() -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError

    task = tasks.start("once", work)
    await task
    assert tasks.failing() == {"once": "RuntimeError"}
    monkeypatch.setattr(background, "CALM_SECONDS", 0.0)
    assert tasks.failing() == {}


async def test_given_tasks_that_go_on_when_stopped_then_none_is_left() -> None:
    tasks = Background()
    task = tasks.start("for ever", asyncio.Event().wait)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await tasks.stop()
    assert task.cancelled()
    await tasks.stop()


async def test_given_something_that_nobody_waits_for_when_it_fails_then_it_is_seen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        raise KeyError(SECRET)

    with one_more("a connection"), caplog.at_level(logging.ERROR, "homeward.background"):
        await asyncio.wait({spawn("a connection", work())})
        await asyncio.sleep(0)
    assert "task a connection failed: KeyError" in caplog.text
    assert SECRET not in caplog.text


async def test_given_something_that_is_cancelled_then_it_has_not_failed() -> None:
    with one_more("a connection", 0):
        task = spawn("a connection", asyncio.Event().wait())
        task.cancel()
        await asyncio.wait({task})
        await asyncio.sleep(0)
