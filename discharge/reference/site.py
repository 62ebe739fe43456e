"""What an installation changes in data that is shipped: whose decision, of which day, for which reason.

    changes: adaptations
    edition: stairlifts-2026
    effective_from: 2026-06-01
    until: 2027-06-01
    decided_by: J. Doe, adaptations lead
    decided_on: 2026-05-20
    reason: New contract for stairlifts
    rows:
      straight-stairlift: {lead: {low: 3 days, high: 10 days}}

A row that is known is changed in the keys that are given; a new one gives all of its keys. A change lies over
every edition that is in force while it counts; `over: ["1", "2"]` names the editions that are meant. A change
of a check form lies over the edition in force on its first day unless it names others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from logging import getLogger
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from discharge.reference.faults import nearest
from discharge.reference.files import DataInvalid, data_files, parsed, read_bytes
from discharge.reference.followed_folder import FollowedFolder, Good
from discharge.reference.kind import KINDS, SHOWN, Edition, Fields, Kind, Table, checked, shape_of
from discharge.values import Frozen


class Decision(Frozen):
    """What a site's file says of itself: it counts from a day until the day before another. `shadow`: it is
    tried beside what is in force, and decides nothing. `over` names the editions that it lies over.
    """

    changes: str
    edition: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    effective_from: date
    until: date | None = None
    over: tuple[str, ...] = ()
    decided_by: str = Field(min_length=1)
    decided_on: date
    reason: str = Field(min_length=1)
    shadow: bool = False
    rows: dict[str, dict[str, Any]] = Field(min_length=1)

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("effective_from")
        if until is not None and begins is not None and until <= begins:
            raise ValueError("is not after effective_from")
        return until


@dataclass(frozen=True, slots=True)
class Override:
    """One file of a site, read and checked against every edition that it changes."""

    file: str
    decision: Decision
    sha256: str
    editions: frozenset[str] | None = None
    """The editions that it lies over; None for every one."""

    @property
    def name(self) -> str:
        """The kind of data that it changes."""
        return self.decision.changes

    @property
    def version(self) -> str:
        """Which of the site's changes it is."""
        return self.decision.edition

    @property
    def effective_from(self) -> date:
        """The first day on which it counts."""
        return self.decision.effective_from

    @property
    def mark(self) -> str:
        """What, from which text, by whom and when."""
        said = self.decision
        which = f"{self.name}, {said.edition} ({self.sha256[:SHOWN]})"
        return f"{which}: {said.decided_by}, {said.decided_on:%-d %B %Y}: {said.reason}"

    def counts_on(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.effective_from <= day and (self.decision.until is None or day < self.decision.until)

    def lies_over(self, edition: str) -> bool:
        """Whether it lies over an edition."""
        return self.editions is None or edition in self.editions

    def over(self, kind: Kind[Any], table: Table[Any], source: str) -> Table[Any]:
        """A table with this on top; raises `DataInvalid`."""
        rows = {**table.fields, **{key: self._row(kind, key, table) for key in self.decision.rows}}
        return kind.table(self.file, rows, source, (*table.marks, self.mark))

    def _row(self, kind: Kind[Any], key: str, table: Table[Any]) -> Fields:
        given = self.decision.rows[key]
        if key not in table.fields and (near := get_close_matches(key, table.fields, n=1)):
            lacking = kind.needed - given.keys()
            if lacking:
                raise DataInvalid(
                    f"{self.file}: rows.{key}: is not a row of {kind.name} - did you mean {near[0]}?"
                )
        return _merged(table.fields.get(key, {}), given)


def _merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> Fields:
    """Keys given on top of those before, inside mappings as well."""
    both = {
        key: _merged(before[key], value)
        for key, value in given.items()
        if isinstance(value, Mapping) and isinstance(before.get(key), Mapping)
    }
    return {**before, **given, **both}


def parse_override(file: str, raw: bytes) -> Override:
    """One file of a site, tried on every edition that it changes; raises `DataInvalid`."""
    data = parsed(file, raw, "changes, edition and effective_from")
    kind = _kind_of(file, data.get("changes"))
    decision = checked(file, Decision, data, shape_of(Decision, kind.row) if kind else Decision)
    if kind is None:
        raise DataInvalid(f"{file}: changes: {_no_kind(decision.changes)}")
    if kind.national:
        why = f"{kind.name} is the same for every trust, and no site can change it"
        raise DataInvalid(f"{file}: changes: {why} - take this file out of the folder")
    override = Override(file, decision, hashlib.sha256(raw).hexdigest(), _editions(file, kind, decision))
    for edition in _changed(kind, override):
        override.over(kind, edition.table, edition.heading.source)
    return override


def parse_together(
    raws: Mapping[str, bytes],
    put: Callable[[Iterable[Override]], None],
    kept: Mapping[str, Override] | None = None,
) -> tuple[dict[str, Override], dict[str, str]]:
    """A site's files by name, each tried while the others count: a form may name a kind of evidence that
    another file adds. Returns what they hold, and why a file cannot be used. `put` makes changes count;
    `kept` is what counts of a file meanwhile that cannot be used now.
    """
    found, faults = _each(raws)
    for _ in raws:
        put([*found.values(), *(held for file, held in (kept or {}).items() if file not in found)])
        before = faults.keys()
        found, faults = _each(raws)
        if faults.keys() == before:
            break
    return found, faults


def _each(raws: Mapping[str, bytes]) -> tuple[dict[str, Override], dict[str, str]]:
    found: dict[str, Override] = {}
    faults: dict[str, str] = {}
    for file, raw in raws.items():
        try:
            found[file] = parse_override(file, raw)
        except DataInvalid as fault:
            faults[file] = str(fault)
    return found, faults


def _kind_of(file: str, name: object) -> Kind[Any] | None:
    if isinstance(name, str) and name not in KINDS:
        raise DataInvalid(f"{file}: changes: {_no_kind(name)}")
    return KINDS.get(str(name))


def _no_kind(name: str) -> str:
    mend = nearest(name, KINDS, f"choose from {', '.join(sorted(KINDS))}")
    return f"{name!r} is not a kind of data - {mend}"


def _editions(file: str, kind: Kind[Any], decision: Decision) -> frozenset[str] | None:
    """The editions that a file lies over; None for every one."""
    known = [edition.heading.edition for edition in kind.editions]
    for named in decision.over:
        if named not in known:
            raise DataInvalid(
                f"{file}: over: {named!r} is no edition of {kind.name} - choose from {', '.join(known)}"
            )
    if decision.over or not kind.edition_bound:
        return frozenset(decision.over) or None
    return frozenset({kind.edition_on(decision.effective_from, shadow=decision.shadow).heading.edition})


def _changed(kind: Kind[Any], override: Override) -> Iterator[Edition[Any]]:
    """The editions in force at some time while it counts, of those that it lies over."""
    decision = override.decision
    starts = [edition.heading.effective_from for edition in kind.editions]
    for edition, ends in zip(kind.editions, [*starts[1:], None], strict=True):
        begun = decision.until is None or edition.heading.effective_from < decision.until
        over = ends is not None and ends <= decision.effective_from
        in_time = (begun or edition is kind.editions[0]) and not over
        if in_time and override.lies_over(edition.heading.edition):
            yield edition


class SiteFolder(FollowedFolder[Override]):
    """What the files of a site's folder change, as they are now; a file that is taken away changes nothing
    any more, unless another one needs it.
    """

    what = "reference data"
    log = getLogger("homeward.reference")
    _missed = False

    def __init__(self, folder: Path | None, put: Callable[[Iterable[Override]], None]) -> None:
        """Take every file that can be used, and `put` what is good in force now and after each change."""
        self._put = put
        super().__init__(folder)

    def _parse(self, file: str, raw: bytes) -> Override:
        return parse_override(file, raw)

    def _read(self, folder: Path) -> tuple[dict[str, Good[Override]], dict[str, str]]:
        raws: dict[str, bytes] = {}
        unread: dict[str, str] = {}
        for path in data_files(folder, self.what):
            try:
                raws[path.name] = read_bytes(path)
            except DataInvalid as fault:
                unread[path.name] = str(fault)
        kept = {file: good.held for file, good in self._good.items() if file in raws or file in unread}
        found, faults = parse_together(raws, self._put, kept)
        self._missed = any(file in kept and self._good[file].raw == raws[file] for file in faults)
        return {file: Good(held, raws[file]) for file, held in found.items()}, unread | faults

    def _clashes(self, files: Iterable[tuple[str, Override]]) -> dict[str, str]:
        seen: dict[tuple[str, str, object], str] = {}
        faults: dict[str, str] = {}
        for file, held in files:
            for what, value in (("edition", held.version), ("effective_from", held.effective_from)):
                other = seen.setdefault((held.name, what, value), file)
                if other != file:
                    same = f"{other} has the same for {held.name} - give each its own"
                    faults.setdefault(file, f"{file}: {what}: {same}")
        return faults

    def _expendable(self, _gone: Override, /) -> bool:
        """What is gone stays in force where a file that did not change cannot be used without it."""
        return not self._missed

    def _put_in_force(self, held: Iterable[Override]) -> None:
        self._put(held)
