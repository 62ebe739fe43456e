"""A kind of data: what its rows are, where its editions stand, and what an edition says of itself.

Each edition is one file: `NAME.yaml`, a later one beside it `NAME@EDITION.yaml`; or a folder of that name
without `.yaml`, with the heading in `edition.yaml` and the rows in further files, in the order of their
names. Each of these says in `each` what its own rows have in common.

    name: equipment
    edition: "1"
    title: Community equipment
    effective_from: 2024-01-01
    source: Common speed bands of community equipment contracts
    rows:
      commode: {label: Commode, cost_pounds: [40, 120], lead: {low: 0 working days, high: 1 working day}}

A row without a source of its own has that of its edition, and what `each` says for all rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from types import GenericAlias, MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from discharge.reference.faults import all_told
from discharge.reference.files import DataInvalid, data_files, parsed, read_bytes
from discharge.values import Frozen

Row = TypeVar("Row")
Fields = Mapping[str, Any]
SHOWN = 12
"""Characters of a file's SHA-256 that tell it from others."""

KINDS: dict[str, Kind[Any]] = {}
"""Every kind of data by name: each registers itself where it is declared, on either floor."""


class Heading(Frozen):
    """What an edition says of itself. `shadow`: it is tried beside what is in force, and decides nothing.
    `each` gives what every row says that does not say otherwise. `over` names an earlier edition whose rows
    hold as well, with those of this one on top or after them.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9\-]*$")
    edition: str = Field(min_length=1)
    title: str
    effective_from: date
    source: str = Field(min_length=1)
    shadow: bool = False
    over: str | None = None
    each: dict[str, Any] = Field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Part(Frozen):
    """One file of an edition that is a folder."""

    each: dict[str, Any] = Field(default_factory=dict)
    rows: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Table(Mapping[str, Row], Generic[Row]):
    """The rows that are in force together, by key and in their order; `marks` say from which texts."""

    rows: Mapping[str, Row]
    marks: tuple[str, ...]
    fields: Mapping[str, Fields] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: str) -> Row:
        return self.rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Edition(Generic[Row]):
    """One edition of a kind, read and checked."""

    heading: Heading
    table: Table[Row]


HEADING = "edition.yaml"
"""The file of a folder that says what its edition is."""
NO_PARTS: Mapping[str, bytes] = MappingProxyType({})
NO_FILES: Mapping[str, str] = MappingProxyType({})


def nothing_beside(_rows: Mapping[str, Any], _earlier: Mapping[str, Any]) -> Iterable[str]:
    """Nothing holds between the rows of a kind and those of its earlier editions."""
    return ()


def no_more_to_check(_rows: Mapping[str, Any]) -> Iterable[str]:
    """Nothing holds between the rows of a kind."""
    return ()


class Kind(Generic[Row]):
    """One kind of data. `key` is the field that holds the key of a row; `check` tells what is wrong between
    rows, one fault each, beginning with the key; `beside` what is wrong between them and the rows of the
    editions before. `edition_bound`: an edition is a document of its own, so that a site's change lies over
    the edition in force on its first day, and over others only if it says so.
    `national`: the same for every trust, so that no site can change it.
    """

    def __init__(
        self,
        name: str,
        row: type[Row],
        file: Path,
        *,
        key: str = "code",
        check: Callable[[Mapping[str, Row]], Iterable[str]] = no_more_to_check,
        beside: Callable[[Mapping[str, Row], Mapping[str, Row]], Iterable[str]] = nothing_beside,
        edition_bound: bool = False,
        national: bool = False,
    ) -> None:
        """Read every edition that is shipped. Raises `DataInvalid` with all faults of all files."""
        self.name, self.row, self.key, self._check, self._beside = name, row, key, check, beside
        self.edition_bound, self.national = edition_bound, national
        self._adapter = TypeAdapter(dict[str, row], config=ConfigDict(extra="forbid"))  # type: ignore[valid-type]
        self.editions: tuple[Edition[Row], ...] = ()
        self._read_shipped(file)
        KINDS[name] = self

    def _read_shipped(self, file: Path) -> None:
        faults = []
        for path in editions_in(file):
            try:
                self.editions = (*self.editions, self._read_edition(path))
            except DataInvalid as fault:
                faults.append(str(fault))
        if faults or not self.editions:
            raise DataInvalid("\n".join(faults) or f"{file.name}: (whole file): is not there")
        self.editions = tuple(sorted(self.editions, key=lambda edition: edition.heading.effective_from))

    def edition_on(self, day: date, *, shadow: bool = False) -> Edition[Row]:
        """The edition in force on a day, the oldest for a day before it; with `shadow` also one that is only
        tried.
        """
        if len(self.editions) == 1:
            return self.editions[0]
        usable = [edition for edition in self.editions if shadow or not edition.heading.shadow]
        begun = [edition for edition in usable if edition.heading.effective_from <= day]
        return begun[-1] if begun else usable[0]

    def _read_edition(self, path: Path) -> Edition[Row]:
        if not path.is_dir():
            return self.parse(path.name, read_bytes(path))
        inside = data_files(path, self.name)
        parts = {f"{path.name}/{each.name}": read_bytes(each) for each in inside if each.name != HEADING}
        return self.parse(f"{path.name}/{HEADING}", read_bytes(path / HEADING), parts)

    def parse(self, file: str, raw: bytes, parts: Mapping[str, bytes] = NO_PARTS) -> Edition[Row]:
        """One edition from the bytes of a file, and of `parts` with further rows; raises `DataInvalid`."""
        heading = checked(file, Heading, parsed(file, raw, "name, edition and title"), self.shape)
        if heading.name != self.name:
            raise DataInvalid(f"{file}: name: is {heading.name!r} - write {self.name}")
        heading, files = self._with_parts(file, heading, parts)
        mark = f"{self.name}, edition {heading.edition} ({_hash(b''.join((raw, *parts.values())))})"
        before = self._rows_of(file, heading.over) if heading.over is not None else {}
        own = {key: {**before.get(key, {}), **heading.each, **given} for key, given in heading.rows.items()}
        rows = {**before, **own}
        return Edition(heading, self.table(file, rows, heading.source, (mark,), files))

    def _with_parts(
        self, file: str, heading: Heading, parts: Mapping[str, bytes]
    ) -> tuple[Heading, Mapping[str, str]]:
        """The heading with the rows of every part, and the file in which each row stands."""
        if not parts and "rows" not in heading.model_fields_set:
            raise DataInvalid(f"{file}: rows: Field required - add this key")
        rows, files, faults = dict(heading.rows), dict.fromkeys(heading.rows, file), []
        for name, raw in parts.items():
            try:
                part = checked(name, Part, parsed(name, raw, "each and rows"), shape_of(Part, self.row))
            except DataInvalid as fault:
                faults.append(str(fault))
                continue
            twice = (key for key in part.rows if key in files)
            faults += [
                f"{name}: rows.{key}: stands in {files[key]} too - give it another key" for key in twice
            ]
            rows |= {key: {**part.each, **given} for key, given in part.rows.items()}
            files |= dict.fromkeys(part.rows, name)
        if faults:
            raise DataInvalid("\n".join(faults))
        return heading.model_copy(update={"rows": rows}), files

    def _rows_of(self, file: str, edition: str) -> Mapping[str, Fields]:
        """What an edition says that was read before; raises `DataInvalid`."""
        for each in self.editions:
            if each.heading.edition == edition:
                return each.table.fields
        raise DataInvalid(f"{file}: over: {edition!r} is no earlier edition of {self.name} - name one")

    def table(
        self,
        file: str,
        rows: Mapping[str, Fields],
        source: str,
        marks: tuple[str, ...],
        files: Mapping[str, str] = NO_FILES,
    ) -> Table[Row]:
        """A table of the rows that a file gives, or that are in force with its changes; raises `DataInvalid`
        with that file's name, or with the one of `files` in which the row stands.
        """
        named = {"source": source} if "source" in _fields_of(self.row) else {}
        full = {key: {**named, **given, self.key: key} for key, given in rows.items()}
        try:
            found: dict[str, Row] = self._adapter.validate_python(full)
        except ValidationError as error:
            raise DataInvalid("\n".join(self._misshapen(file, files, error))) from None
        earlier = {key: row for each in self.editions for key, row in each.table.items()}
        between = (*self._check(found), *self._beside(found, earlier))
        if faults := [f"{files.get(_key_of(fault), file)}: rows.{fault}" for fault in between]:
            raise DataInvalid("\n".join(faults))
        return Table(MappingProxyType(found), marks, MappingProxyType(full))

    def _misshapen(self, file: str, files: Mapping[str, str], error: ValidationError) -> Iterator[str]:
        """What rows say that none can, by the file in which each stands."""
        errors = error.errors()
        for where in dict.fromkeys(files.get(str(each["loc"][0]), file) for each in errors):
            inside = [each for each in errors if files.get(str(each["loc"][0]), file) == where]
            yield from all_told(where, _inside_rows(inside), self.shape)

    @property
    def needed(self) -> frozenset[str]:
        """The keys that a new row must give."""
        given = {self.key, "source"}
        if is_dataclass(self.row):
            without = (each for each in fields(self.row) if MISSING is each.default is each.default_factory)
            return frozenset(each.name for each in without) - given
        model_fields = getattr(self.row, "model_fields", {})
        return frozenset(name for name, each in model_fields.items() if each.is_required()) - given

    @property
    def shape(self) -> object:
        """What an edition may hold, to name the nearest key."""
        return shape_of(Heading, self.row)


def shape_of(heading: type[Frozen], row: type[Any]) -> object:
    """What a file with such a heading and such rows may hold."""
    return {**dict.fromkeys(heading.model_fields), "rows": GenericAlias(dict, (str, row))}


Model = TypeVar("Model", bound=Frozen)


def checked(file: str, model: type[Model], data: Mapping[object, object], shape: object) -> Model:
    """What a file says, as a model; raises `DataInvalid`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DataInvalid("\n".join(all_told(file, error.errors(), shape))) from None


def _inside_rows(errors: Iterable[ErrorDetails]) -> Sequence[ErrorDetails]:
    return [ErrorDetails(**{**each, "loc": ("rows", *each["loc"])}) for each in errors]


def _key_of(fault: str) -> str:
    """The key of the row that a fault between rows begins with."""
    return fault.partition(":")[0].partition(".")[0]


def editions_in(file: Path) -> list[Path]:
    """The files and folders of the editions of a kind, in order, whose first one has this name."""
    folders = (path for path in file.parent.iterdir() if (path / HEADING).is_file())
    found = (*data_files(file.parent, file.stem), *folders)
    return sorted((path for path in found if _stem(path) == file.stem), key=lambda path: path.name)


def _stem(path: Path) -> str:
    return path.name.removesuffix(path.suffix if path.is_file() else "").partition("@")[0]


def _fields_of(row: type[Any]) -> frozenset[str]:
    names = getattr(row, "model_fields", None) or getattr(row, "__dataclass_fields__", {})
    return frozenset(names)


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:SHOWN]
