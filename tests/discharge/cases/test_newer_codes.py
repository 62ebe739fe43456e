"""Every stored enumeration with a code that only a newer build has: shown as it is, never decided on."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from discharge.cases.answer import ANSWER
from discharge.cases.commands import ENVELOPE
from discharge.cases.events import EVENT
from discharge.cases.model import SNAPSHOT
from discharge.errors import HomewardError
from discharge.stored import Stored
from tests.golden.kinds import Kind, kinds

Path = tuple[str | int, ...]
STORED: dict[str, Stored[Any]] = {
    "event": EVENT,
    "command": ENVELOPE,
    "answer": ANSWER,
    "snapshot": SNAPSHOT,
}
NEWER = "in-orbit"


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a text stands in a stored value."""
    if isinstance(value, str):
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from leaves(each, (*path, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def with_code(value: Any, path: Path) -> Any:
    changed = deepcopy(value)
    at(changed, path[:-1])[path[-1]] = NEWER
    return changed


def is_enumeration(stored: Stored[Any], value: Any) -> bool:
    """Whether a code that nobody has is refused there, and no kind of event or command is chosen by it."""
    try:
        stored.adapter.validate_python({key: each for key, each in value.items() if key != "schema"})
    except ValidationError as fault:
        return any(each["type"] in ("literal_error", "enum") for each in fault.errors())
    return False


def enumerated(kind: Kind) -> Iterator[Path]:
    """Where a stored thing has a code of an enumeration."""
    for path in leaves(kind.stored) if kind.family in STORED else ():
        if is_enumeration(STORED[kind.family], with_code(kind.stored, path)):
            yield path


def enumerations() -> Iterator[Any]:
    for kind in kinds():
        for path in enumerated(kind):
            yield pytest.param(kind, path, id=f"{kind.key}:{'.'.join(map(str, path))}")


@pytest.mark.parametrize(("kind", "path"), list(enumerations()))
def test_given_a_code_that_only_a_newer_build_has_then_it_is_read_as_it_is_and_not_decided_on(
    kind: Kind, path: Path
) -> None:
    stored = STORED[kind.family]
    written = with_code(kind.stored, path)
    with pytest.raises(ValidationError):
        stored.read(written)
    shown = stored.read(written | {"schema": stored.schema + 1})
    assert at(shown.model_dump(mode="json", warnings=False), path) == NEWER
    with pytest.raises(HomewardError, match="recorded-by-newer-version"):
        stored.whole(written | {"schema": stored.schema + 1})
