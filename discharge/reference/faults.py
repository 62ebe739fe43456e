"""What is wrong with a data file, in words: which file, which key, what, and how to mend it."""

import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from difflib import get_close_matches
from types import MappingProxyType, UnionType

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_MEND = {
    "missing": "add this key",
    "extra_forbidden": "remove it, or correct its spelling",
    "unexpected_keyword_argument": "remove it, or correct its spelling",
    "literal_error": "use one of the values named",
    "too_short": "give at least one entry",
    "string_too_short": "take the empty entry out",
    "string_type": "put it in quotation marks",
    "string_pattern_mismatch": "write it as the pattern says",
    "date_from_datetime_parsing": "write a day as 2026-04-01",
    "date_type": "write a day as 2026-04-01",
}
_MISSPELT = {"extra_forbidden", "unexpected_keyword_argument"}

Place = tuple[int | str, ...]


def all_told(
    file: str,
    errors: Iterable[ErrorDetails],
    shape: object,
    mends: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Every fault in one line each. What only follows from a fault deeper down is left out, and of several
    readings of one value the first speaks. `shape` is what the file should hold, to name the nearest key;
    `mends` says for a key how a value that does not fit its pattern is written.
    """
    by_place: dict[Place, ErrorDetails] = {}
    for error in errors:
        by_place.setdefault(_place(error), error)
    return [
        f"{file}: {_told(place, error)} - {_mend(error, place, shape, mends)}"
        for place, error in by_place.items()
        if not (error["type"] == "too_short" and _has_deeper(place, by_place))
    ]


def _has_deeper(place: Place, places: Iterable[Place]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _place(error: ErrorDetails) -> Place:
    """Where in the file: the names of kinds that a value was tried as are none of its keys."""
    return tuple(part for part in error["loc"] if isinstance(part, int) or _KEY.fullmatch(part))


_KEY = re.compile(r"(?!\[)(?![A-Z][a-z]+[A-Z]?[a-z]*$)[^\[\]()]*")


def _told(place: Place, error: ErrorDetails) -> str:
    """Key and fault. A value is repeated only where it is a key or one of a few allowed words."""
    key = ".".join(str(part) for part in place) or "(whole file)"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"


def _mend(error: ErrorDetails, place: Place, shape: object, mends: Mapping[str, str]) -> str:
    mend = _MEND.get(error["type"], "correct this value")
    if error["type"] == "string_pattern_mismatch" and place:
        mend = mends.get(str(place[-1]), mend)
    if error["type"] in _MISSPELT:
        return nearest(str(place[-1]), known_keys(place[:-1], shape), mend)
    if error["type"] == "literal_error":
        return nearest(str(error["input"]), _allowed(error.get("ctx", {})), mend)
    return mend


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """How to mend a name that nobody knows: by the nearest that is known, where one is near."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else otherwise


def _allowed(context: Mapping[str, object]) -> list[str]:
    return [part.strip(" '") for part in str(context.get("expected", "")).replace(" or ", ",").split(",")]


def known_keys(place: Place, shape: object) -> list[str]:
    """The keys that a shape knows at a place such as ("location",) or ("identifiers", "local", 0)."""
    for part in place:
        inner = _inside(shape, part)
        if inner is None:
            return []
        shape = inner
    return sorted(name for kind in _shapes(shape) for name in _members(kind))


def _inside(shape: object, part: int | str) -> object | None:
    """What stands at a key of a shape or of a mapping, or at an index of a list."""
    for kind in _shapes(shape):
        members = _members(kind)
        if part in members:
            return members[str(part)]
        arguments = typing.get_args(kind)
        if isinstance(part, int) and arguments:
            inner: object = arguments[0]
            return inner
        if isinstance(part, str) and len(arguments) == 2 and typing.get_origin(kind) is dict:
            value: object = arguments[1]
            return value
    return None


def _members(kind: object) -> Mapping[str, object]:
    if isinstance(kind, dict):
        return kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        return dict(typing.get_type_hints(kind))
    return {}


def _shapes(shape: object) -> Iterator[object]:
    """A shape, or each alternative of it."""
    origin = typing.get_origin(shape)
    if isinstance(shape, UnionType) or origin is typing.Union:
        for alternative in typing.get_args(shape):
            yield from _shapes(alternative)
    elif origin is typing.Annotated:
        yield from _shapes(typing.get_args(shape)[0])
    else:
        yield shape
