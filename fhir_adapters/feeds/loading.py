"""Reading feed profiles from YAML, with errors that name the file, the key and the way to mend it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import ValidationError

from fhir_adapters.feeds.profile import Profile

PROFILES = Path(__file__).parent / "profiles"
DEFAULT_PROFILE = "itk-2.4"
"""Used for a feed that names no profile, and to answer a sender that no feed has claimed."""


class ProfileInvalid(ValueError):
    """A profile file that cannot be used; the text names file, key and mend, one fault a line."""


_MEND = {
    "missing": "add this key",
    "extra_forbidden": "remove it, or correct its spelling",
    "literal_error": "use one of the values named",
    "too_short": "give at least one entry",
}


def _fault(path: Path, error: Mapping[str, object]) -> str:
    place = error["loc"] if isinstance(error["loc"], tuple) else ()
    key = ".".join(str(part) for part in place) or "(whole file)"
    mend = _MEND.get(str(error["type"]), "correct this value")
    return f"{path.name}: {key}: {error['msg']} - {mend}"


def load_profile(path: Path) -> Profile:
    """Read and check one profile; raises `ProfileInvalid`."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileInvalid(
            f"{path.name}: (whole file): cannot be read as YAML ({error}) - correct it"
        ) from error
    if not isinstance(data, dict):
        raise ProfileInvalid(f"{path.name}: (whole file): holds no keys - begin with name, version and title")
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        faults = [_fault(path, fault) for fault in error.errors()]
        raise ProfileInvalid("\n".join(faults)) from None
    if profile.name != path.stem:
        raise ProfileInvalid(
            f"{path.name}: name: is {profile.name!r} - name the file {profile.name}.yaml, or change name"
        )
    return profile


def load_profiles(folder: Path = PROFILES) -> Mapping[str, Profile]:
    """Every profile of a folder by name; raises `ProfileInvalid` with all faults of all files."""
    profiles: dict[str, Profile] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            profiles[path.stem] = load_profile(path)
        except ProfileInvalid as error:
            faults.append(str(error))
    if faults:
        raise ProfileInvalid("\n".join(faults))
    return MappingProxyType(profiles)


@lru_cache(maxsize=1)
def shipped_profiles() -> Mapping[str, Profile]:
    """The profiles that come with Homeward, read once."""
    return load_profiles()


def profiles_with(extra: Path | None = None) -> Mapping[str, Profile]:
    """The shipped profiles and those of an installation, which may replace them. Raises `ProfileInvalid`."""
    return {**shipped_profiles(), **(load_profiles(extra) if extra else {})}


def profile_named(name: str | None) -> Profile:
    """A shipped profile by name; the default where the name is empty or unknown."""
    profiles = shipped_profiles()
    return profiles.get(name or DEFAULT_PROFILE, profiles[DEFAULT_PROFILE])
