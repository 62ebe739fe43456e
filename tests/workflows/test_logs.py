"""What the worker writes down: an exception is its kind and its frames, and a loop goes on after one."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from discharge.errors import Unavailable
from workflows import logs
from workflows.loops import Loop, repeat

SECRET = "Ashdown"


@pytest.fixture
def configured() -> Iterator[None]:
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, logs.QUIET))}
    yield
    root.handlers[:] = handlers
    for logger, level in levels.items():
        logger.setLevel(level)


def failing() -> None:
    raise ValueError(SECRET)


def test_given_an_exception_when_logged_then_its_kind_and_frames_are_kept_and_its_words_are_not(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    try:
        failing()
    except ValueError:
        logging.getLogger("homeward.test").exception("it failed")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["failure"], line["level"]) == ("it failed", "ValueError", "error")
    assert "in failing" in line["frames"]
    assert SECRET not in line["frames"]


def test_given_an_error_of_the_table_when_logged_then_it_has_its_code(
    configured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    logging.getLogger("homeward.test").warning(
        "waiting", exc_info=Unavailable("database-unavailable", detail="08006")
    )
    assert json.loads(capsys.readouterr().err)["failure"] == "database-unavailable"


async def test_given_a_step_that_fails_when_repeated_then_the_loop_says_its_code_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, beaten = asyncio.Event(), list[str]()
    failures = iter([Unavailable("database-unavailable"), ValueError(SECRET)])

    async def step() -> bool:
        for failure in failures:
            raise failure
        stop.set()
        return True

    async def beat(part: str) -> None:
        beaten.append(part)

    with caplog.at_level(logging.WARNING, logger="homeward"):
        await asyncio.wait_for(repeat(Loop("test", step, timedelta(0), beat), stop), 10)
    said = [record.getMessage() for record in caplog.records if record.name == "homeward.loops"]
    assert [one.split(": ")[1].split(" ")[0] for one in said] == ["database-unavailable", "internal"]
    assert beaten == ["test"]
    assert SECRET not in caplog.text
