"""All profiles there are: several versions of one name stand side by side, the day says which one counts."""

from collections.abc import Iterable, Iterator
from datetime import date

from fhir_adapters.feeds.profile import Profile

DEFAULT_PROFILE = "itk-2.4"
"""Used for a feed that names no profile, and to answer a sender that no feed has claimed."""


def _age(profile: Profile) -> tuple[str, date, int]:
    return profile.name, profile.effective_from, profile.version


class ProfileBook:
    """Profiles by name and version. A name that is empty or unknown is answered with the default profile."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        """A profile given later replaces one of the same name and version."""
        latest = {(profile.name, profile.version): profile for profile in profiles}
        self._versions: dict[str, tuple[Profile, ...]] = {}
        for profile in sorted(latest.values(), key=_age):
            self._versions[profile.name] = (*self._versions.get(profile.name, ()), profile)

    def __iter__(self) -> Iterator[Profile]:
        """Every version of every profile, by name, the oldest first."""
        return (profile for versions in self._versions.values() for profile in versions)

    def __contains__(self, name: object) -> bool:
        return name in self._versions

    @property
    def names(self) -> tuple[str, ...]:
        """The names in order."""
        return tuple(self._versions)

    def versions(self, name: str) -> tuple[Profile, ...]:
        """The versions of a name, the oldest first; empty where nobody knows it."""
        return self._versions.get(name, ())

    def in_force(self, name: str | None, day: date) -> Profile:
        """The version of a profile that counts for a message of that day.

        A message older than every version is read by the oldest: its system did not change in the past.
        Raises KeyError when not even the default profile is there.
        """
        versions = self.versions(name or DEFAULT_PROFILE) or self._versions[DEFAULT_PROFILE]
        begun = [profile for profile in versions if profile.effective_from <= day]
        return begun[-1] if begun else versions[0]

    def newest(self, name: str | None) -> Profile:
        """The version with the latest day of coming into force."""
        return self.in_force(name, date.max)

    def with_more(self, profiles: Iterable[Profile]) -> "ProfileBook":
        """The same book with more profiles, which replace those of the same name and version."""
        return ProfileBook([*self, *profiles])
