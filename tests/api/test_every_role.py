"""Requests made from the description, right and wrong ones, sent by every role: nothing breaks, and no answer
is other than described.

The hook of the client (`tests.fixtures.contract.as_described`) judges status, media type and form of each
answer. `HOMEWARD_FUZZ_EXAMPLES` makes that many requests of each operation, others each time and each sent by
the next role, decides what was accepted, and goes on after a fault; `-s` shows each fault as it is found.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import Case
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode
from sqlalchemy import select, update

from api.web.limits import Rate
from api.web.settings import ApiSettings, AskingLimits
from discharge.cases.commands import ENVELOPE
from discharge.roles import ROLES
from discharge.store.engine import transaction
from discharge.store.tables import CommandRow
from tests.api.conftest import Door
from tests.fixtures.cases import carried_out
from tests.fixtures.contract import description, operations

EXAMPLES = int(os.environ.get("HOMEWARD_FUZZ_EXAMPLES", "0"))
QUICK_SECONDS = 20.0
"""Of our own processor time, so that a busy machine asks as much as a quiet one. Right requests are sent for
every operation, wrong ones until it is over.
"""
EACH = (EXAMPLES + 1) // 2 or 2
"""Right requests of each operation, and as many wrong ones. The first of either kind is sent by everybody, so
that no asker goes unheard at an operation; the others, which differ in what is asked and not in who asks, by
the next in turn, which leaves the time for wrong ones of more operations.
"""
PLENTY = Rate(per_second=1e6, burst=1_000_000)
ASKERS = (*ROLES, None)
"""The last has no token."""
TURNS = cycle(ASKERS)
NOT_LET_IN = frozenset({401, 400, 413, 422})
"""What somebody without a token is told: to sign in, or that the request cannot be read at all."""
SENT_BY_US = {"authorization", "content-length", "host", "transfer-encoding", "connection", "cookie"}

pytestmark = pytest.mark.timeout(EXAMPLES * 60 + 600)


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    """How often one may ask is tested elsewhere."""
    return replace(settings, limits=AskingLimits(address=PLENTY, client=PLENTY, person=PLENTY))


def _operations() -> Iterator[tuple[Any, GenerationMode]]:
    """Every operation with right requests, then with wrong ones."""
    schema = schemathesis.openapi.from_dict(description())
    found = [each.ok() for each in schema.get_all_operations()]
    if EXAMPLES:
        random.shuffle(found)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        yield from ((each, mode) for each in found)


def _of(operation: Any, mode: GenerationMode) -> list[Case]:
    found: list[Case] = []

    @hypothesis_settings(
        max_examples=EACH,
        database=None,
        deadline=None,
        derandomize=not EXAMPLES,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def _sent(case: Case, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The request as it was made, and once with ids of things that are there."""
    headers = {
        name: value
        for name, value in dict(case.headers or {}).items()
        if name.lower() not in SENT_BY_US and str(value).isprintable() and str(value).isascii()
    }
    sent: dict[str, Any] = {"params": dict(case.query or {}), "headers": headers}
    if not isinstance(case.body, NotSet):
        if case.media_type == "application/json":
            sent["content"] = json.dumps(case.body, default=str).encode("utf-8", "replace")
            headers["Content-Type"] = "application/json"
        else:
            sent["content"] = str(case.body).encode("utf-8", "replace")
            headers["Content-Type"] = "text/csv"
    yield {"url": case.formatted_path, **sent}
    path = dict(case.path_parameters or {})
    there = {name: known[name] for name in path if name in known}
    if there:
        yield {"url": case.path.format_map(path | there), **sent}


async def _things(door: Door) -> dict[str, Any]:
    """Ids that paths may name: a case, a command, a home, a list of codes."""
    case_id = await door.referred()
    taken = await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": "accept-referral"}, "coordinator")
    home = {
        "reference": "R-1", "address": "1 Invented Row", "postcode": "ZZ99 3WZ", "ready_on": "2026-03-09",
        "attributes": {"property_type": "flat", "bedrooms": 1},
    }  # fmt: skip
    made = await door.post("/api/v1/properties", home, "coordinator")
    await door.settle()
    assert made.status_code == 201, made.text
    return {
        "case_id": case_id,
        "command_id": taken.json()["command_id"],
        "property_id": made.json()["property_id"],
        "name": "tenures",
        "user_id": uuid4(),
        "sequence": 1,
    }


@dataclass
class Asked:
    """What was asked, and what was wrong with the answers: the first request that shows each fault."""

    requests: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def note(self, fault: str, request: object) -> None:
        if not EXAMPLES:
            raise AssertionError(fault, request)
        if fault not in self.faults:
            self.faults[fault] = repr(request)
            print(fault, repr(request)[:4000], flush=True)


async def test_given_requests_made_from_the_description_when_every_role_asks_then_answers_are_as_described(
    door: Door,
) -> None:
    known = await _things(door)
    everything = list(_operations())
    until = time.process_time() + QUICK_SECONDS
    asked = Asked()
    for operation, mode in everything:
        if mode is GenerationMode.NEGATIVE and not EXAMPLES and time.process_time() > until:
            break
        for number, case in enumerate(_of(operation, mode)):
            await _ask(door, case, known, asked, ASKERS if number == 0 else (next(TURNS),))
        if EXAMPLES:
            await _decide(door, operation.label, asked)
    assert not asked.faults
    assert asked.requests > len(ROLES) * len(operations())
    assert isinstance(known["case_id"], UUID)


async def _ask(
    door: Door, case: Case, known: dict[str, Any], asked: Asked, askers: tuple[str | None, ...]
) -> None:
    """Every role asks, and once somebody without a token; of many requests each by the next of them."""
    for role in (next(TURNS),) if EXAMPLES else askers:
        for request in _sent(case, known):
            headers = request.pop("headers") | (door.headers(role) if role else {})
            asked.requests += 1
            try:
                answer = await door.client.request(case.method, headers=headers, **request)
                assert answer.status_code < 500, answer.text
                assert role or answer.status_code in NOT_LET_IN, answer.text
            except AssertionError as fault:
                asked.note(f"{case.operation.label}: {fault}", (role, request))


async def _decide(door: Door, label: str, asked: Asked) -> None:
    """What was accepted is decided on: nothing that a door let in breaks a rule."""
    async with transaction(door.worker) as session:
        waiting = list(await session.scalars(select(CommandRow).where(CommandRow.state == "taken")))
    for row in waiting:
        try:
            await carried_out(door.worker, ENVELOPE.read(row.envelope), door.clock.now)
        except Exception as broken:
            asked.note(f"after {label}: {type(broken).__name__} of {row.envelope['command']['kind']}", broken)
            async with transaction(door.worker) as session:
                await session.execute(
                    update(CommandRow).where(CommandRow.id == row.id).values(state="failed")
                )
