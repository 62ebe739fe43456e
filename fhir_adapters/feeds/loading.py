"""Reading feed profiles from YAML, with errors that name the file, the key and the way to mend it.

A file is named after its profile, `NAME.yaml`, or `NAME@VERSION.yaml` where several versions stand side by
side.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from fhir_adapters.feeds.book import DEFAULT_PROFILE, ProfileBook
from fhir_adapters.feeds.faults import told
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


def _read(path: Path) -> dict[object, object]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneOfEach)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileInvalid(
            f"{path.name}: (whole file): cannot be read as YAML ({error}) - correct it"
        ) from error
    if not isinstance(data, dict):
        raise ProfileInvalid(f"{path.name}: (whole file): holds no keys - begin with name, version and title")
    return data


def load_profile(path: Path) -> Profile:
    """Read and check one profile; raises `ProfileInvalid`."""
    try:
        profile = Profile.model_validate(_read(path))
    except ValidationError as error:
        faults = [told(path.name, fault) for fault in error.errors()]
        raise ProfileInvalid("\n".join(faults)) from None
    wanted = {profile.name, f"{profile.name}@{profile.version}"}
    if path.stem not in wanted:
        raise ProfileInvalid(
            f"{path.name}: name: is {profile.name!r}, version {profile.version} - "
            f"name the file {' or '.join(sorted(f'{stem}.yaml' for stem in wanted))}, or change them"
        )
    return profile


def load_profiles(folder: Path = PROFILES) -> ProfileBook:
    """Every profile of a folder; raises `ProfileInvalid` with all faults of all files."""
    loaded: list[Profile] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded.append(load_profile(path))
        except ProfileInvalid as error:
            faults.append(str(error))
    faults += _clashes(loaded)
    if faults:
        raise ProfileInvalid("\n".join(faults))
    return ProfileBook(loaded)


def _clashes(profiles: Iterable[Profile]) -> list[str]:
    """Versions of one name between which nothing could choose."""
    seen: dict[tuple[str, object], int] = {}
    faults: list[str] = []
    for profile in profiles:
        for key, what in ((profile.version, "version"), (profile.effective_from, "effective_from")):
            if (profile.name, key) in seen:
                faults.append(
                    f"{profile.name}@{profile.version}.yaml: {what}: another file of this name has the same "
                    f"- give each version its own"
                )
            seen[(profile.name, key)] = profile.version
    return faults


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
