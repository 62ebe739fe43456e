"""What any version stored, every later one reads: an example of each shape that ever was lies in files here.

``make golden`` adds what is missing. A file that was released is never changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from discharge.cases.commands import ANSWER, ENVELOPE
from discharge.cases.events import EVENT
from discharge.cases.evolve import fold
from discharge.cases.model import SNAPSHOT, Case, Stage
from discharge.stored import SCHEMA, Stored
from tests.golden.kinds import Json, Kind, kinds, unstamped
from tests.golden.story import told_story

HERE = Path(__file__).parent
RECORD = os.environ.get("HOMEWARD_RECORD_GOLDEN") == "1"
KINDS = {kind.key: kind for kind in kinds()}
LATER = {"said-by-a-later-build": {"of": ["what", "we", "do", "not", "know"]}}


def files(key: str) -> dict[int, Path]:
    """The files of a kind by their number, the newest last."""
    path = HERE / key
    found = {int(each.name.split(".")[-2]): each for each in path.parent.glob(f"{path.name}.*.json")}
    return dict(sorted(found.items()))


def content(path: Path) -> Json:
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def add(key: str, number: int, body: Json) -> None:
    path = HERE / f"{key}.{number}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def differences(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for path in sorted(before.keys() | now.keys()):
        if before.get(path) != now.get(path):
            yield f"{path}: {before.get(path, 'was not there')} -> {now.get(path, 'is gone')}"


def what_to_do(kind: Kind, changed: list[str], newest: int) -> str:
    what = f"{kind.key} is stored in a shape that no golden file has:\n  " + "\n  ".join(changed)
    raise_it = (
        f"Raise the `schema` of its `Stored` from {newest}; where a default does not bring up what is stored"
        " already, say in `former` what does. "
    )
    return f"{what}\n{raise_it if kind.schema == newest else ''}Then `make golden`, and commit the new file."


def numbers(family: str) -> list[int]:
    return [int(path.name.split(".")[-2]) for path in (HERE / family).glob("*.json")]


NEWEST_EVENT = max(numbers("event"))
"""A new kind of event raises the schema of them all, so that a build without the kind knows of it. Read
before anything is recorded: of several new kinds, the file of the first must not stand in the others' way.
"""


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_given_what_is_stored_today_then_a_golden_file_has_its_shape(kind: Kind) -> None:
    there = files(kind.key)
    newest = max(there, default=NEWEST_EVENT if kind.family == "event" else 0)
    before = content(there[newest])["shape"] if there else {}
    changed = list(differences(before, kind.shape))
    if changed and RECORD and kind.schema != newest:
        add(kind.key, kind.schema or newest + 1, {"shape": kind.shape, "stored": kind.stored})
        return
    assert not changed, what_to_do(kind, changed, newest)


def test_given_two_new_kinds_of_event_when_recorded_in_one_run_then_each_has_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "event").mkdir()
    for name, value in (("HERE", tmp_path), ("RECORD", True), ("NEWEST_EVENT", EVENT.schema - 1)):
        monkeypatch.setitem(globals(), name, value)
    for key in ("event/answer-disputed", "event/answer-settled"):
        test_given_what_is_stored_today_then_a_golden_file_has_its_shape(KINDS[key])
        assert list(files(key)) == [EVENT.schema]


UNRECORDED = {"snapshot": {4}}
"""Schemas that were raised because the fold changed, and not the shape."""


@pytest.mark.parametrize(
    ("family", "today"), [("event", EVENT), ("command", ENVELOPE), ("answer", ANSWER), ("snapshot", SNAPSHOT)]
)
def test_given_a_schema_then_each_raise_of_it_up_to_today_s_has_golden_files(
    family: str, today: Stored[Any]
) -> None:
    raised = set(range(1, today.schema + 1))
    assert raised ^ set(numbers(family)) == UNRECORDED.get(family, set())


RELEASED = sorted(path for path in HERE.glob("*/*.json") if path.parent.name != "story")


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_given_a_golden_file_when_read_by_today_s_code_then_it_means_the_same(path: Path) -> None:
    key, number = f"{path.parent.name}/{path.name.split('.')[0]}", int(path.name.split(".")[-2])
    assert key in KINDS, f"{key} was stored, and there is nobody to read it any more"
    kind, stored = KINDS[key], content(path)["stored"]
    read = kind.read(stored)
    said = {name: read[name] for name in unstamped(stored) if name in read}
    meant = kept(kind, stored, number)
    assert _still_says(meant, said) if number < max(files(key)) else said == meant
    assert kind.read(stored | LATER) == read


def kept(kind: Kind, stored: Json, number: int) -> Json:
    """All that was said; of an earlier shape, what there still is."""
    newest = number == max(files(kind.key))
    return {name: value for name, value in unstamped(stored).items() if newest or name in kind.stored}


STORY = "story/case"


def told_today() -> Json:
    events, stages, _ = told_story()
    return {
        "events": [EVENT.write(event) for event in events],
        "stages": {stage: SNAPSHOT.write(case) for stage, case in stages.items()},
    }


def test_given_a_case_in_every_stage_then_the_newest_golden_story_has_it_as_it_is_stored_today() -> None:
    there, today = files(STORY), told_today()
    newest = max(there, default=0)
    stored = {case[SCHEMA] for case in content(there[newest])["stages"].values()} if there else set()
    if RECORD and stored != {SNAPSHOT.schema}:
        add(STORY, newest + 1, today)
        return
    assert stored == {SNAPSHOT.schema}, "`make golden` records the story of a case under the new schema"
    assert set(today["stages"]) == {stage.value for stage in Stage}


@pytest.mark.parametrize("path", files(STORY).values(), ids=lambda path: path.stem)
def test_given_the_events_of_a_golden_story_when_folded_then_the_case_is_as_it_was_in_every_stage(
    path: Path,
) -> None:
    story = content(path)
    events = [EVENT.read(stored | LATER) for stored in story["events"]]
    for stage, stored in story["stages"].items():
        folded = fold(Case(case_id=stored["case_id"]), events[: stored["version"]])
        assert folded.stage == stage
        assert SNAPSHOT.is_former(stored) or SNAPSHOT.read(stored | LATER) == folded
        assert _still_says(unstamped(stored), folded.model_dump(mode="json"))


def _still_says(before: Any, now: Any) -> bool:
    """Whether everything that was said is still said; more may be."""
    if isinstance(before, dict):
        return all(name not in now or _still_says(value, now[name]) for name, value in before.items())
    if isinstance(before, list):
        return len(before) == len(now) and all(map(_still_says, before, now))
    return bool(before == now)
