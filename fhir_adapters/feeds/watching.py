"""Profiles that follow their files: a corrected file counts within seconds, and a broken one changes nothing.

The files are looked at every second. A change counts once two looks in a row saw the same, so that a file
somebody is just writing is never taken half. What cannot be used is told, and the version that was last good
stays in force. A file that is gone takes its profile with it only where another version of that name is left:
no feed comes to be read by a profile that was not meant for it.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.loading import (
    ProfileInvalid,
    clashes,
    parse_profile,
    profile_files,
    read_bytes,
    shipped_profiles,
)
from fhir_adapters.feeds.profile import Profile

log = logging.getLogger("homeward.profiles")

LOOK_SECONDS = 1.0
"""How often files are looked at: what is corrected counts after two looks."""

GONE = "(whole file): is gone, and no other version of it is left - put it back, or add a version"

_Signs = tuple[tuple[str, int, int, int], ...] | str
"""Name, time of change, size and inode of each file; or why the folder cannot be looked into."""


@dataclass(frozen=True, slots=True)
class Good:
    """A file that could be used: the profile, and the text it came from."""

    profile: Profile
    raw: bytes


@dataclass(frozen=True, slots=True)
class FileFault:
    """A file that cannot be used: why (file, key, what, mend; one fault a line), since when in machine time
    (when it was written so, else when it was seen first), and the version that stays in force in its place,
    None where there never was one.
    """

    file: str
    why: str
    since: datetime
    instead: Profile | None

    @property
    def name(self) -> str:
        """The name of the profile that the file is about."""
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


class WatchedBook(ProfileBook):
    """The shipped profiles and those of a folder, as they are now. `look` every second, in one task a
    process; whoever holds the book reads by what is in force at that moment.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Take every file that can be used; the others are in `faults`."""
        super().__init__(shipped_profiles())
        self.faults: tuple[FileFault, ...] = ()
        self._folder = folder
        self._good: dict[str, Good] = {}
        self._taken: _Signs = ()
        self._seen: _Signs = ()
        if folder:
            self._seen = self._signs(folder)
            self._take(folder, self._seen)

    @property
    def good(self) -> Mapping[str, Good]:
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

    def recall(self, remembered: Mapping[str, bytes]) -> None:
        """Put in force what was last good, by file, of files that are lacking it."""
        for file in self.lacking:
            try:
                raw = remembered[file]
                self._good[file] = Good(parse_profile(file, raw), raw)
            except (KeyError, ProfileInvalid):
                continue
        self._settle({fault.file: fault.why for fault in self.faults})

    def _take(self, folder: Path, signs: _Signs) -> bool:
        if isinstance(signs, str):
            self._taken = signs
            self._settle(dict.fromkeys(self._good or (folder.name,), signs))
            return True
        found, faults = _read(folder)
        if self._signs(folder) != signs:
            return False
        before, self._taken = self._good, signs
        broken = {file: before[file] for file in faults if file in before}
        faults |= clashes(_in_order(found | broken, before))
        self._good = {file: good for file, good in found.items() if file not in faults}
        self._keep(before, faults)
        self._settle(faults)
        _tell(before, self._good)
        return True

    def _keep(self, before: Mapping[str, Good], faults: dict[str, str]) -> None:
        """Keep what is broken now, and what is gone unless another version of its name is left."""
        left = {*shipped_profiles().names, *(good.profile.name for good in self._good.values())}
        for file, good in before.items():
            if file not in self._good and (file in faults or good.profile.name not in left):
                self._good[file] = good
                faults.setdefault(file, f"{file}: {GONE}")

    def _settle(self, faults: Mapping[str, str]) -> None:
        """Make what is good the book, and tell of faults that are new."""
        self._versions = ProfileBook([*shipped_profiles(), *self._profiles()])._versions
        known = {(fault.file, fault.why): fault for fault in self.faults}
        written = self._written()
        now = datetime.now(UTC)
        told = []
        for file, why in sorted(faults.items()):
            instead = self._good[file].profile if file in self._good else None
            earlier = known.get((file, why))
            since = earlier.since if earlier else min(written.get(file, now), now)
            told.append(FileFault(file, why, since, instead))
            if earlier is None or earlier.instead != instead:
                log.error("profile file not used: %s", told[-1].line)
        self.faults = tuple(told)

    def _written(self) -> dict[str, datetime]:
        """When each file was written last."""
        signs = self._taken if isinstance(self._taken, tuple) else ()
        return {name: datetime.fromtimestamp(at / 1e9, UTC) for name, at, _, _ in signs}

    def _profiles(self) -> Iterable[Profile]:
        return (good.profile for good in self._good.values())

    @staticmethod
    def _signs(folder: Path) -> _Signs:
        """What shows that a file has changed, without reading it."""
        try:
            files = [(path.name, path.stat()) for path in profile_files(folder)]
        except ProfileInvalid as fault:
            return str(fault)
        except OSError:  # gone between two steps: the next look sees it
            return "changing"
        return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in files)


def _read(folder: Path) -> tuple[dict[str, Good], dict[str, str]]:
    found: dict[str, Good] = {}
    faults: dict[str, str] = {}
    for path in profile_files(folder):
        try:
            raw = read_bytes(path)
            found[path.name] = Good(parse_profile(path.name, raw), raw)
        except ProfileInvalid as fault:
            faults[path.name] = str(fault)
    return found, faults


def _in_order(found: Mapping[str, Good], before: Mapping[str, Good]) -> list[tuple[str, Profile]]:
    """What is in force comes first, so that of two files that clash the newer one is at fault."""
    files = sorted(found, key=lambda file: (found[file] != before.get(file), file))
    return [(file, found[file].profile) for file in files]


def _tell(before: Mapping[str, Good], now: Mapping[str, Good]) -> None:
    for file, good in now.items():
        if before.get(file) != good:
            log.info("profile in force: %s, %s", file, good.profile.mark)
    for file in before.keys() - now.keys():
        log.warning("profile no more in force: %s is gone", file)
