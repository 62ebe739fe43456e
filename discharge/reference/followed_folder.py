"""Data that follows its files: a corrected file counts within seconds, and a broken one changes nothing.

The files are looked at every second. A change counts once two looks in a row saw the same, so that a file
somebody is just writing is never taken half. What cannot be used is told, and the version that was last good
stays in force. A file that is gone takes what it held with it only where that is expendable.
"""

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from discharge.reference.files import DataInvalid, data_files, read_bytes

LOOK_SECONDS = 1.0
"""How often files are looked at: what is corrected counts after two looks."""

GONE = "(whole file): is gone, and no other version of it is left - put it back, or add a version"


class Versioned(Protocol):
    """What a file holds: the version of something, and the day from which it counts."""

    @property
    def name(self) -> str:
        """What it is a version of."""

    @property
    def version(self) -> int | str:
        """Which version it is."""

    @property
    def effective_from(self) -> date:
        """The first day on which it counts."""

    @property
    def mark(self) -> str:
        """The version, and what tells two texts of one version apart."""


Held = TypeVar("Held", bound=Versioned)
_Signs = tuple[tuple[str, int, int, int], ...] | str
"""Name, time of change, size and inode of each file; or why the folder cannot be looked into."""


@dataclass(frozen=True, slots=True)
class Good(Generic[Held]):
    """A file that could be used: what it holds, and the text it came from."""

    held: Held
    raw: bytes


@dataclass(frozen=True, slots=True)
class FileFault(Generic[Held]):
    """A file that cannot be used: why (file, key, what, mend; one fault a line), since when in machine time
    (when it was written so, else when it was seen first), and the version that stays in force in its place,
    None where there never was one.
    """

    file: str
    why: str
    since: datetime
    instead: Held | None

    @property
    def name(self) -> str:
        """The name of what the file is about."""
        return self.instead.name if self.instead else Path(self.file).stem.partition("@")[0]

    @property
    def line(self) -> str:
        """Everything in one line, for a log and an alarm."""
        return f"{'; '.join(self.why.splitlines())}; {self.consequence[0].lower()}{self.consequence[1:]}."

    @property
    def consequence(self) -> str:
        """What is in force meanwhile, for a person."""
        if self.instead is None:
            return "Nothing of it is in force"
        return f"Version {self.instead.version} of {self.instead.effective_from:%-d %B %Y} is still in force"


class FollowedFolder(Generic[Held]):
    """What the files of a folder hold, as they are now. `look` every second, in one task a process; whoever
    holds it reads by what is in force at that moment.
    """

    what = "data"
    log = logging.getLogger("homeward.data")

    def __init__(self, folder: Path | None = None) -> None:
        """Take every file that can be used; the others are in `faults`."""
        self.faults: tuple[FileFault[Held], ...] = ()
        self._folder = folder
        self._good: dict[str, Good[Held]] = {}
        self._taken: _Signs = ()
        self._seen: _Signs = ()
        if folder:
            self._seen = self._signs(folder)
            self._take(folder, self._seen)

    @abstractmethod
    def _parse(self, file: str, raw: bytes) -> Held:
        """What a file of that name holds. Raises `DataInvalid`."""

    @abstractmethod
    def _clashes(self, files: Iterable[tuple[str, Held]]) -> dict[str, str]:
        """Files that nothing could tell from an earlier one, and why."""

    @abstractmethod
    def _expendable(self, gone: Held, /) -> bool:
        """Whether what stood in a file that is gone may go with it."""

    @abstractmethod
    def _put_in_force(self, held: Iterable[Held]) -> None:
        """Make these what counts."""

    @property
    def good(self) -> Mapping[str, Good[Held]]:
        """The files in force, by name, each as it was when it could last be used."""
        return self._good

    @property
    def lacking(self) -> list[str]:
        """Files that cannot be used and of which nothing earlier is known."""
        return [fault.file for fault in self.faults if fault.instead is None]

    def look(self) -> bool:
        """Take what has changed, once it stands still; whether anything was taken. Never raises."""
        if self._folder is None:
            return False
        signs = self._signs(self._folder)
        settled, self._seen = signs == self._seen, signs
        return settled and signs != self._taken and self._take(self._folder, signs)

    async def keep_looking(self) -> None:
        """Look for ever; reading files holds nothing else up."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_SECONDS)

    def recall(self, remembered: Mapping[str, bytes]) -> None:
        """Put in force what was last good, by file, of files that are lacking it."""
        for file in self.lacking:
            try:
                raw = remembered[file]
                self._good[file] = Good(self._parse(file, raw), raw)
            except (KeyError, DataInvalid):
                continue
        self._settle({fault.file: fault.why for fault in self.faults})

    def _take(self, folder: Path, signs: _Signs) -> bool:
        if isinstance(signs, str):
            self._taken = signs
            self._settle(dict.fromkeys(self._good or (folder.name,), signs))
            return True
        found, faults = self._read(folder)
        if self._signs(folder) != signs:
            return False
        before, self._taken = self._good, signs
        broken = {file: before[file] for file in faults if file in before}
        faults |= self._clashes(_in_order(found | broken, before))
        self._good = {file: good for file, good in found.items() if file not in faults}
        self._keep(before, faults)
        self._settle(faults)
        self._tell(before)
        return True

    def _read(self, folder: Path) -> tuple[dict[str, Good[Held]], dict[str, str]]:
        found: dict[str, Good[Held]] = {}
        faults: dict[str, str] = {}
        for path in data_files(folder, self.what):
            try:
                raw = read_bytes(path)
                found[path.name] = Good(self._parse(path.name, raw), raw)
            except DataInvalid as fault:
                faults[path.name] = str(fault)
        return found, faults

    def _keep(self, before: Mapping[str, Good[Held]], faults: dict[str, str]) -> None:
        """Keep what is broken now, and what is gone unless it is expendable."""
        gone = {file: good for file, good in before.items() if file not in self._good}
        kept = {file for file, good in gone.items() if file in faults or not self._expendable(good.held)}
        for file in kept:
            self._good[file] = gone[file]
            faults.setdefault(file, f"{file}: {GONE}")

    def _settle(self, faults: Mapping[str, str]) -> None:
        """Make what is good count, and tell of faults that are new."""
        self._put_in_force([good.held for good in self._good.values()])
        known = {(fault.file, fault.why): fault for fault in self.faults}
        written = self._written()
        now = datetime.now(UTC)
        told = []
        for file, why in sorted(faults.items()):
            instead = self._good[file].held if file in self._good else None
            earlier = known.get((file, why))
            since = earlier.since if earlier else min(written.get(file, now), now)
            told.append(FileFault(file, why, since, instead))
            if earlier is None or earlier.instead != instead:
                self.log.error("%s file not used: %s", self.what, told[-1].line)
        self.faults = tuple(told)

    def _written(self) -> dict[str, datetime]:
        """When each file was written last."""
        signs = self._taken if isinstance(self._taken, tuple) else ()
        return {name: datetime.fromtimestamp(at / 1e9, UTC) for name, at, _, _ in signs}

    def _tell(self, before: Mapping[str, Good[Held]]) -> None:
        for file, good in self._good.items():
            if before.get(file) != good:
                self.log.info(
                    "%s in force from %s: %s, %s", self.what, good.held.effective_from, file, good.held.mark
                )
        for file in before.keys() - self._good.keys():
            self.log.warning("%s no more in force: %s is gone", self.what, file)

    def _signs(self, folder: Path) -> _Signs:
        """What shows that a file has changed, without reading it."""
        try:
            files = [(path.name, path.stat()) for path in data_files(folder, self.what)]
        except DataInvalid as fault:
            return str(fault)
        except OSError:  # gone between two steps: the next look sees it
            return "changing"
        return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in files)


def _in_order(found: Mapping[str, Good[Held]], before: Mapping[str, Good[Held]]) -> list[tuple[str, Held]]:
    """What is in force comes first, so that of two files that clash the newer one is at fault."""
    files = sorted(found, key=lambda file: (found[file] != before.get(file), file))
    return [(file, found[file].held) for file in files]
