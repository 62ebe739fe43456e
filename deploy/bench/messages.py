"""HL7 v2 messages to measure with: files of a folder, or what the simulated hospital would send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path

from deploy.simulate.journeys import Journey, Step
from deploy.simulate.messages import written
from deploy.simulate.pace import Pace
from deploy.simulate.people import nhs_number
from deploy.simulate.plan import Shape, make_plan
from discharge.clocks import CaseClock
from fhir_adapters.hl7v2.send.mllp_client import message_files

FIRST_DAY = date(2031, 3, 3)
SHAPE = Shape(wards=3, patients=40, days=60, seed=7, first_day=FIRST_DAY)
_CONTROL_ID = 9
"""Where MSH-10 stands when MSH is split at its separators, as it is only for messages of our own."""


def of_folder(folder: Path) -> list[bytes]:
    """Every message file below a folder, as `homeward send` would take them. Raises FileNotFoundError."""
    files, _ = message_files([folder])
    return [file.read_bytes() for file in files]


def simulated(most: int) -> list[bytes]:
    """The first messages of the simulated hospital, the same in every run."""
    pace = Pace(CaseClock.real(), datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC))
    return [written(journey, step, pace, "BENCH") for journey, step in islice(_told(), most)]


def _told() -> Iterator[tuple[Journey, Step]]:
    plan = make_plan(SHAPE)
    by_person = {journey.person.number: journey for journey in plan.journeys}
    for step in plan.steps():
        if step.message is not None:
            yield by_person[step.person], step


def endless(messages: list[bytes], run: str) -> Iterator[bytes]:
    """The messages over and over, each with a control id of its own, so that none repeats another."""
    for number in count():
        yield with_control_id(messages[number % len(messages)], f"{run}{number:X}")


def with_control_id(message: bytes, control_id: str) -> bytes:
    """The message under another MSH-10."""
    header, separator, rest = message.partition(b"\r")
    fields = header.split(b"|")
    fields[_CONTROL_ID] = control_id.encode()
    return b"|".join(fields) + separator + rest


_NUMBERS = re.compile(rb"HV(\d{6})|(999\d{7})|V\d{6}(?=-)")
_BORN = re.compile(rb"(?<=\^L\|)\|19\d{6}\|")
FIRST_BORN, BORN_WITHIN = date(1930, 1, 1), 25_000
_SURNAME = re.compile(rb"(\rPID\|[^^\r]*(?:\^[^|\r]*)?(?:\|[^|\r]*){2}\|)([A-Za-z' -]+)\^")


def different_people(messages: list[bytes], run: str, first: int = 0) -> Iterator[bytes]:
    """The messages over and over, without merges, each about somebody of whom no other one is; `first` is the
    number of the first of these people, who are at most a million.
    """
    alone = [message for message in messages if b"\rMRG|" not in message]
    numbers = (number for middle in count(first) if (number := nhs_number(middle % 1_000_000)))
    for place, (message, nhs) in enumerate(zip(cycle(alone), numbers, strict=False), first):
        yield with_control_id(_about(message, nhs, place), f"{run}{place:X}")


def _about(message: bytes, nhs: str, place: int) -> bytes:
    """The message about another person: other numbers, another birthday, and a name of their own."""
    own = b"%06d" % place

    def other(found: re.Match[bytes]) -> bytes:
        if found[2]:
            return nhs.encode()
        return (b"HV" if found[1] else b"V") + own

    letters = "".join(chr(ord("a") + int(digit)) for digit in str(place))
    numbered = _NUMBERS.sub(other, message)
    born = FIRST_BORN + timedelta(days=place * 37 % BORN_WITHIN)
    numbered = _BORN.sub(b"|" + born.strftime("%Y%m%d").encode() + b"|", numbered, count=1)
    return _SURNAME.sub(lambda found: found[1] + found[2] + letters.encode() + b"^", numbered)
