"""The partner of the demo is a real server: these tests speak to it over a socket, and read its log."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from deploy.partner.app import create_app

TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}


@contextmanager
def partner(log_path: Path) -> Iterator[httpx.Client]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(log_path), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=10
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def send(client: httpx.Client, key: str, body: object = TASK, resource: str = "Task") -> httpx.Response:
    return client.post(f"/HVC/fhir/R4/{resource}", json=body, headers={"Idempotency-Key": key})


def lines(log_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log_path.read_text().splitlines()]


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return tmp_path / "partner.jsonl"


def test_a_valid_task_is_taken_and_logged_before_the_answer(log_path: Path) -> None:
    with partner(log_path) as client:
        answer = send(client, "k1")
        assert answer.status_code == 201
        assert answer.headers["Location"].endswith(answer.json()["id"])
        [line] = lines(log_path)
    assert (line["key"], line["status"], line["effect"], line["repeat"]) == ("k1", 201, True, False)


def test_the_same_key_again_is_answered_as_before_and_acts_once(log_path: Path) -> None:
    with partner(log_path) as client:
        first, second = send(client, "k1"), send(client, "k1")
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        assert client.get("/HVC/fhir/R4/Task").json()["total"] == 1
    assert [(line["effect"], line["repeat"]) for line in lines(log_path)] == [(True, False), (False, True)]


def test_the_same_key_with_another_body_is_refused(log_path: Path) -> None:
    with partner(log_path) as client:
        send(client, "k1")
        assert send(client, "k1", TASK | {"description": "another"}).status_code == 422
    assert sum(bool(line["effect"]) for line in lines(log_path)) == 1


def test_keys_are_remembered_across_a_restart_and_half_a_line_is_dropped(log_path: Path) -> None:
    with partner(log_path) as client:
        send(client, "k1")
    with log_path.open("a") as file:
        file.write('{"at": "half a li')
    with partner(log_path) as client:
        assert send(client, "k1").status_code == 201
    assert [line["repeat"] for line in lines(log_path)] == [False, True]


@pytest.mark.parametrize(
    ("resource", "body", "where"),
    [
        ("Task", TASK | {"status": "wished-for"}, "Task.status"),
        ("Task", TASK | {"colour": "red"}, "Task.colour"),
        ("Task", {"resourceType": "Communication", "status": "completed"}, "resourceType"),
        ("Communication", {"resourceType": "Communication", "status": "sent"}, "Communication.status"),
        ("Task", [], "Task"),
    ],
)
def test_what_is_not_valid_fhir_is_refused_with_the_place(
    log_path: Path, resource: str, body: object, where: str
) -> None:
    with partner(log_path) as client:
        answer = send(client, "k1", body, resource)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == [where]
    assert not any(line["effect"] for line in lines(log_path))


def test_without_a_key_nothing_is_done(log_path: Path) -> None:
    with partner(log_path) as client:
        assert client.post("/HVC/fhir/R4/Task", json=TASK).status_code == 400
    assert [line["effect"] for line in lines(log_path)] == [False]


@pytest.mark.parametrize(("mode", "status"), [("server-error", 500), ("unavailable", 503), ("refuse", 400)])
def test_told_to_fail_twice_it_fails_twice_without_acting(log_path: Path, mode: str, status: int) -> None:
    with partner(log_path) as client:
        client.post("/control/HVC/failures", json={"mode": mode, "count": 2})
        assert [send(client, "k1").status_code for _ in range(3)] == [status, status, 201]
    assert [line["effect"] for line in lines(log_path)] == [False, False, True]


def test_a_lost_answer_leaves_the_effect_done_and_the_repeat_has_none(log_path: Path) -> None:
    with partner(log_path) as client:
        client.post("/control/HVC/failures", json={"mode": "lose-answer"})
        with pytest.raises(httpx.RemoteProtocolError):
            send(client, "k1")
        assert send(client, "k1").status_code == 201
    assert [(line["effect"], line["answered"]) for line in lines(log_path)] == [(True, False), (False, True)]


def test_told_to_hang_it_answers_too_late_and_does_nothing(log_path: Path) -> None:
    with partner(log_path) as client:
        client.post("/control/HVC/failures", json={"mode": "hang", "seconds": 0.5})
        with pytest.raises(httpx.ReadTimeout):
            client.post("/HVC/fhir/R4/Task", json=TASK, headers={"Idempotency-Key": "k1"}, timeout=0.1)
        assert send(client, "k1").status_code == 201
    assert [line["effect"] for line in lines(log_path)] == [False, True]


def test_failures_can_be_forgotten_and_concern_one_partner(log_path: Path) -> None:
    with partner(log_path) as client:
        client.post("/control/HVE/failures", json={"mode": "server-error"})
        assert send(client, "k1").status_code == 201
        client.delete("/control/HVE/failures")
        assert client.get("/control/HVE/failures").json() == []
        assert client.post("/XXX/fhir/R4/Task", json=TASK).status_code == 404


def test_what_was_received_is_listed_without_bodies(log_path: Path) -> None:
    with partner(log_path) as client:
        send(client, "k1")
        [listed] = client.get("/control/HVC/received").json()["received"]
    assert listed["key"] == "k1"
    assert "body" not in listed


def test_two_requests_at_once_with_one_key_act_once(log_path: Path) -> None:
    def all_at_once(action: Callable[[], object], times: int) -> None:
        threads = [threading.Thread(target=action) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with partner(log_path) as client:
        all_at_once(lambda: send(client, "k1"), 8)
    assert sorted(bool(line["effect"]) for line in lines(log_path)) == [False] * 7 + [True]
