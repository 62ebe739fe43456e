"""Reading feed profiles from YAML, with errors that name the file, the key and the way to mend it.

A file is named after its profile, `NAME.yaml`, or `NAME@VERSION.yaml` where several versions stand side by
side.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from discharge.reference.faults import all_told
from discharge.reference.files import DataInvalid, data_files, parsed, read_bytes
from fhir_adapters.feeds.book import DEFAULT_PROFILE, ProfileBook
from fhir_adapters.feeds.profile import Profile

__all__ = [
    "DEFAULT_PROFILE",
    "PROFILES",
    "load_profile",
    "load_profiles",
    "profile_named",
    "profiles_with",
    "shipped_profiles",
]

PROFILES = Path(__file__).parent / "profiles"

MENDS = {
    "name": "use small letters, digits, dots and hyphens, as in our-pas",
    "trigger": "write it as A07",
}
"""How a value that does not fit its pattern is written, by key."""


def parse_profile(file: str, raw: bytes) -> Profile:
    """One profile from the bytes of a file of that name, checked; raises `DataInvalid`."""
    try:
        profile = Profile.model_validate(parsed(file, raw, "name, version and title"))
    except ValidationError as error:
        raise DataInvalid("\n".join(all_told(file, error.errors(), Profile, MENDS))) from None
    wanted = {profile.name, f"{profile.name}@{profile.version}"}
    if file.rsplit(".", 1)[0] not in wanted:
        raise DataInvalid(
            f"{file}: name: is {profile.name!r}, version {profile.version} - "
            f"name the file {' or '.join(sorted(f'{stem}.yaml' for stem in wanted))}, or change them"
        )
    return profile.read_from(hashlib.sha256(raw).hexdigest())


def load_profile(path: Path) -> Profile:
    """Read and check one profile; raises `DataInvalid`."""
    return parse_profile(path.name, read_bytes(path))


def profile_files(folder: Path) -> list[Path]:
    """The files of a folder that hold profiles, in order. Raises `DataInvalid` without a folder."""
    return data_files(folder, "profiles")


def load_profiles(folder: Path = PROFILES) -> ProfileBook:
    """Every profile of a folder; raises `DataInvalid` with all faults of all files."""
    loaded: dict[str, Profile] = {}
    faults: list[str] = []
    for path in profile_files(folder):
        try:
            loaded[path.name] = load_profile(path)
        except DataInvalid as error:
            faults.append(str(error))
    faults += clashes(loaded.items()).values()
    if faults:
        raise DataInvalid("\n".join(faults))
    return ProfileBook(loaded.values())


def clashes(files: Iterable[tuple[str, Profile]]) -> dict[str, str]:
    """Files with a version of a name that nothing could tell from an earlier file's, and why."""
    seen: dict[tuple[str, str, object], str] = {}
    faults: dict[str, str] = {}
    for file, profile in files:
        for what, value in _marks(profile):
            other = seen.setdefault((profile.name, what, value), file)
            if other != file:
                faults.setdefault(
                    file,
                    f"{file}: {what}: {other} has the same for {profile.name} - give each version its own",
                )
    return faults


def _marks(profile: Profile) -> Iterator[tuple[str, object]]:
    yield "version", profile.version
    yield "effective_from", profile.effective_from


@lru_cache(maxsize=1)
def shipped_profiles() -> ProfileBook:
    """The profiles that come with Homeward, read once."""
    return load_profiles()


def profiles_with(extra: Path | None = None) -> ProfileBook:
    """The shipped profiles and those of an installation, which may replace them or add versions. Raises
    `DataInvalid`.
    """
    return shipped_profiles().with_more(load_profiles(extra)) if extra else shipped_profiles()


def profile_named(name: str | None, day: date = date.max) -> Profile:
    """A shipped profile by name, as in force on a day; the default where the name is empty or unknown."""
    return shipped_profiles().in_force(name, day)
