"""How far an interrupted simulation came, read from its ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Progress:
    """The start of the unfinished round, the rounds that ended before it, and what of it is done.

    `cases` are the cases by person, `made` the bodies of requests by key.
    """

    start: datetime | None = None
    rounds: int = 0
    done: set[str] = field(default_factory=set)
    cases: dict[int, str] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)


def progress(lines: Iterable[dict[str, Any]]) -> Progress:
    """Read a ledger's lines in order."""
    found = Progress()
    for line in lines:
        match line["what"]:
            case "begin":
                found = Progress(start=datetime.fromisoformat(line["start"]), rounds=found.rounds)
            case "ended":
                found = Progress(rounds=found.rounds + 1)
            case "sent" if "body" in line:
                found.made[line["key"]] = line["body"]
            case "done":
                found.done.add(line["step"])
                if line.get("case_id"):
                    found.cases[int(line["step"].split("/")[0])] = line["case_id"]
    return found
