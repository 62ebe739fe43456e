"""Reading feed profiles from YAML, with errors that name the file, the key and the way to mend it.

A file is named after its profile, `NAME.yaml`, or `NAME@VERSION.yaml` where several versions stand side by
side. Files that begin with a dot are somebody's editor at work, and are passed over.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from fhir_adapters.feeds.book import DEFAULT_PROFILE, ProfileBook
from fhir_adapters.feeds.faults import all_told
from fhir_adapters.feeds.profile import Profile

__all__ = [
    "DEFAULT_PROFILE",
    "PROFILES",
    "ProfileInvalid",
    "load_profile",
    "load_profiles",
    "profile_named",
    "profiles_with",
    "shipped_profiles",
]

PROFILES = Path(__file__).parent / "profiles"
SUFFIXES = frozenset({".yaml", ".yml"})


class ProfileInvalid(ValueError):
    """A profile file that cannot be used; the text names file, key and mend, one fault a line."""


class _OneOfEach(yaml.SafeLoader):
    """YAML that refuses a key given twice, of which the plain loader silently takes the last."""


def _mapping(loader: _OneOfEach, node: yaml.MappingNode) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, str | int) and key in seen:
            line = key_node.start_mark.line + 1
            raise yaml.YAMLError(f"{key!r} is given twice, again in line {line}")
        seen.add(key if isinstance(key, str | int) else None)
    return loader.construct_mapping(node, deep=True)


_OneOfEach.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _parsed(file: str, raw: bytes) -> dict[object, object]:
    try:
        data = yaml.load(raw.decode("utf-8"), Loader=_OneOfEach)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        byte = f"byte {error.start + 1} is no UTF-8"
        raise ProfileInvalid(f"{file}: (whole file): {byte} - save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise ProfileInvalid(f"{file}: {_where(error)}: {_why(error)} - correct the YAML") from error
    if not isinstance(data, dict):
        raise ProfileInvalid(f"{file}: (whole file): holds no keys - begin with name, version and title")
    return data


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"(line {mark.line + 1})" if mark else "(whole file)"


def _why(error: yaml.YAMLError) -> str:
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    return ", ".join(part for part in parts if part) or str(error)


def parse_profile(file: str, raw: bytes) -> Profile:
    """One profile from the bytes of a file of that name, checked; raises `ProfileInvalid`."""
    try:
        profile = Profile.model_validate(_parsed(file, raw))
    except ValidationError as error:
        raise ProfileInvalid("\n".join(all_told(file, error.errors()))) from None
    wanted = {profile.name, f"{profile.name}@{profile.version}"}
    if file.rsplit(".", 1)[0] not in wanted:
        raise ProfileInvalid(
            f"{file}: name: is {profile.name!r}, version {profile.version} - "
            f"name the file {' or '.join(sorted(f'{stem}.yaml' for stem in wanted))}, or change them"
        )
    return profile.read_from(hashlib.sha256(raw).hexdigest())


def load_profile(path: Path) -> Profile:
    """Read and check one profile; raises `ProfileInvalid`."""
    return parse_profile(path.name, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """What stands in a file; raises `ProfileInvalid`."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"cannot be read ({error.strerror}) - {_HELP.get(type(error), 'see to the file')}"
        raise ProfileInvalid(f"{path.name}: (whole file): {why}") from None


_HELP: dict[type[OSError], str] = {
    FileNotFoundError: "look at the path",
    IsADirectoryError: "name a file in it",
    PermissionError: "let this program read it",
}


def profile_files(folder: Path) -> list[Path]:
    """The files of a folder that hold profiles, in order. Raises `ProfileInvalid` without a folder."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise ProfileInvalid(
            f"{folder.name}: (folder of profiles): cannot be read ({error.strerror}) - correct the path"
        ) from None
    return [path for path in found if path.suffix in SUFFIXES and not path.name.startswith(".")]


def load_profiles(folder: Path = PROFILES) -> ProfileBook:
    """Every profile of a folder; raises `ProfileInvalid` with all faults of all files."""
    loaded: dict[str, Profile] = {}
    faults: list[str] = []
    for path in profile_files(folder):
        try:
            loaded[path.name] = load_profile(path)
        except ProfileInvalid as error:
            faults.append(str(error))
    faults += clashes(loaded.items()).values()
    if faults:
        raise ProfileInvalid("\n".join(faults))
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
    `ProfileInvalid`.
    """
    return shipped_profiles().with_more(load_profiles(extra)) if extra else shipped_profiles()


def profile_named(name: str | None, day: date = date.max) -> Profile:
    """A shipped profile by name, as in force on a day; the default where the name is empty or unknown."""
    return shipped_profiles().in_force(name, day)
