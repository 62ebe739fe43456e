"""People repeat the same request until it is answered, and follow what was only taken to its end."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from deploy.partner.answers import BrokenConnection
from deploy.simulate.http_clients import Doors
from deploy.simulate.ledger import Ledger, read_ledger

PARTY = ("coordinator", "HHP")
ACCEPTED = {"command_id": "c1", "case_id": "k1", "outcome": "accepted"}
TAKEN = {"command_id": "c1", "case_id": "k1", "outcome": "taken"}


class House:
    """A server behind the doors: gives the next of its answers, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Callable[[], Response]] = []
        self.asked: list[tuple[str, str, bytes]] = []
        self.app = FastAPI()

        @self.app.post("/api/v1/referrals")
        async def ask(request: Request) -> Response:
            key = request.headers["Idempotency-Key"]
            self.asked.append((request.headers["Authorization"], key, await request.body()))
            return self.answers.pop(0)()

        @self.app.get("/api/v1/commands/c1")
        async def state() -> Response:
            return self.answers.pop(0)()


def says(status: int, body: Mapping[str, object], **headers: str) -> Callable[[], Response]:
    return lambda: JSONResponse(
        body, status, {name.replace("_", "-"): text for name, text in headers.items()}
    )


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def doors(house: House, tmp_path: Path) -> AsyncIterator[Doors]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(house.app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, timeout=10, trust_env=False) as client:
            made = {"key-0": {"a": 0}}
            yield Doors(client, lambda role, org: f"{role}-of-{org}", Ledger(tmp_path / "ledger.jsonl"), made)
        server.should_exit = True
        thread.join()


def answered(tmp_path: Path) -> list[dict[str, object]]:
    return [line for line in read_ledger(tmp_path / "ledger.jsonl") if line["what"] == "answered"]


async def ask(doors: Doors) -> int:
    reply = await doors.ask(PARTY, "/api/v1/referrals", {"a": 1}, "key-1", step="1/1", kind="refer")
    return reply.status


@pytest.mark.parametrize("trouble", [says(503, {}), BrokenConnection])
async def test_given_no_answer_then_the_same_request_is_made_again(
    house: House, doors: Doors, tmp_path: Path, trouble: Callable[[], Response]
) -> None:
    house.answers = [trouble, says(200, ACCEPTED)]
    assert await ask(doors) == 200
    assert house.asked == [("Bearer coordinator-of-HHP", "key-1", json.dumps({"a": 1}).encode())] * 2
    last = answered(tmp_path)[-1]
    assert (last["acknowledged"], last["command_id"], last["outcome"]) == (True, "c1", "accepted")


async def test_given_a_refusal_then_it_is_final_and_promises_nothing(
    house: House, doors: Doors, tmp_path: Path
) -> None:
    house.answers = [says(409, {"code": "already-done"})]
    assert await ask(doors) == 409
    [line] = answered(tmp_path)
    assert (line["acknowledged"], line["code"]) == (False, "already-done")


async def test_given_it_was_only_taken_then_its_status_is_followed_to_the_end(
    house: House, doors: Doors, tmp_path: Path
) -> None:
    taken = says(202, TAKEN, Content_Location="/api/v1/commands/c1")
    under_way = says(200, {"command_id": "c1", "state": "taken"})
    refused = says(200, {"command_id": "c1", "case_id": "k1", "state": "refused"})
    house.answers = [taken, under_way, says(503, {}), refused]
    assert await ask(doors) == 200
    assert [line["outcome"] for line in answered(tmp_path)] == ["taken", "refused"]
    assert len(house.asked) == 1


async def test_given_a_run_was_interrupted_then_its_key_goes_out_with_the_same_body(
    house: House, doors: Doors
) -> None:
    house.answers = [says(200, ACCEPTED)]
    await doors.ask(PARTY, "/api/v1/referrals", {"a": "another"}, "key-0", step="1/1", kind="refer")
    assert json.loads(house.asked[0][2]) == {"a": 0}
