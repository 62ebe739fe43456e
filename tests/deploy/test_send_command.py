"""How `homeward send` ends: a script goes by its status, a person by its last line."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli.main import app
from fhir_adapters.hl7v2.parse.mllp import frame
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.ports import free_port


@contextmanager
def receiver(answers: list[str]) -> Iterator[str]:
    """Takes one connection and gives each message the next answer; an empty one hangs up and
    goes away."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            line, _ = door.accept()
            with line:
                for number, code in enumerate(answers):
                    line.recv(65_536)
                    if not code:
                        door.close()
                        return
                    line.sendall(frame(f"MSH|^~\\&|\rMSA|{code}|M{number}\r".encode()))

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{door.getsockname()[1]}"


def sent(folder: Path, to: str, count: int) -> Result:
    for number in range(count):
        (folder / f"{number}.hl7").write_bytes(Sample(message_id=f"M{number}").raw())
    return CliRunner().invoke(app, ["send", str(folder), "--to", to])


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        (["AA", "AA"], 0, "2 accepted, 0 refused, 0 without an answer, 0 not sent"),
        (["CA", "AE"], 1, "1 accepted, 1 refused, 0 without an answer, 0 not sent"),
        (["AA", "AR", "CR"], 1, "1 accepted, 2 refused, 0 without an answer, 0 not sent"),
        (["AR", ""], 2, "0 accepted, 1 refused, 0 without an answer, 1 not sent"),
    ],
)
def test_given_answers_when_sent_then_the_status_is_the_worst_and_one_line_sums_up(
    answers: list[str], status: int, words: str, tmp_path: Path
) -> None:
    with receiver(answers) as to:
        ended = sent(tmp_path, to, len(answers))
    assert (ended.exit_code, ended.stdout.splitlines()[-1]) == (status, words)


def test_given_nobody_who_listens_when_sent_then_it_ends_as_not_sent(tmp_path: Path) -> None:
    ended = sent(tmp_path, f"127.0.0.1:{free_port()}", 1)
    assert ended.exit_code == 2
    assert "Nothing accepts messages" in ended.stderr


@pytest.mark.parametrize("words", [["nowhere.hl7", "--to", "127.0.0.1:1"], [".", "--to", "nowhere"]])
def test_given_words_that_lead_nowhere_when_sent_then_it_ends_as_not_sent(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["send", *words]).exit_code == 2


def test_given_a_folder_without_messages_when_sent_then_it_ends_as_not_sent(tmp_path: Path) -> None:
    with receiver(["AA"]) as to:
        ended = sent(tmp_path, to, 0)
    assert (ended.exit_code, ended.stdout.splitlines()[0]) == (2, "0 sent")
