"""Every kind of input that was once read wrongly, as people see it now: by API, on pages, and as its sender
is answered. A row a kind; its files are read where HOMEWARD_CASES names the folder with them, and variants of
our own always.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.conftest import Door
from tests.api.every_kind.messages import KINDS
from tests.api.every_kind.requests import REQUESTS, Posted, posted
from tests.api.every_kind.shown import NOW, Desk, Kind, Variant
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust

FOLDER = Path(os.environ.get("HOMEWARD_CASES", "/nowhere"))
needs_files = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="HOMEWARD_CASES names no folder with hl7v2 and fhir in it"
)
OWN = [
    pytest.param(kind, each, id=f"{kind.name}-{n}")
    for kind in KINDS
    for n, each in enumerate(kind.variants, 1)
]


@pytest.fixture
def desk(door: Door, intake: Intake, owner: AsyncEngine) -> Desk:  # noqa: F811
    return Desk(door, intake, owner)


@pytest.mark.parametrize(("kind", "variant"), OWN)
async def test_given_a_kind_of_message_then_people_are_shown_what_is_right(
    desk: Desk, kind: Kind, variant: Variant
) -> None:
    kind.right(await desk.show(kind, *variant))


@needs_files
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_given_the_files_of_a_kind_then_people_are_shown_what_is_right(desk: Desk, kind: Kind) -> None:
    files = sorted((FOLDER / "hl7v2").glob(f"{kind.files}*"))
    messages = tuple(each for path in files for each in messages_in(path.read_bytes()))

    kind.right(await desk.show(kind, messages, kind.expected))


def messages_in(raw: bytes) -> list[bytes]:
    return [b"MSH|" + each for each in raw.split(b"MSH|")[1:]]


@pytest.mark.parametrize(
    ("kind", "bodies"),
    [
        pytest.param(kind, each, id=f"{kind.name}-{number}")
        for kind in REQUESTS
        for number, each in enumerate(kind.variants, 1)
    ],
)
async def test_given_a_kind_of_request_then_its_sender_and_people_are_told_what_is_right(
    door: Door, kind: Posted, bodies: tuple[bytes, ...]
) -> None:
    await kind.right(door, await posted(door, kind, bodies))


@needs_files
@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.name)
async def test_given_the_files_of_a_kind_of_request_then_its_sender_and_people_are_told_what_is_right(
    door: Door, kind: Posted
) -> None:
    door.clock.now = NOW
    bodies = tuple(path.read_bytes() for path in sorted((FOLDER / "fhir").glob(f"{kind.files}*")))

    await kind.right(door, await posted(door, kind, bodies))


@needs_files
def test_given_the_kinds_that_the_folder_names_then_each_has_its_row_and_its_files() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"[a-z]?\d+[a-z]?", row.partition("(")[0])}
    held = {kind.name for kind in (*KINDS, *REQUESTS)} | {"03a", "03b"}

    assert named <= held
    files = [path.name for folder in ("hl7v2", "fhir") for path in (FOLDER / folder).iterdir()]
    starts = tuple(kind.files for kind in (*KINDS, *REQUESTS))
    assert [name for name in files if not name.startswith(starts)] == []


def test_given_a_kind_then_it_has_at_least_two_variants_of_our_own() -> None:
    assert min(len(kind.variants) for kind in (*KINDS, *REQUESTS)) >= 2
