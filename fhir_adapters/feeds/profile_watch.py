"""Profiles that follow their files (see `discharge.reference.followed_folder`).

A file that is gone takes its profile with it only where another version of that name is left: no feed comes
to be read by a profile that was not meant for it.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from discharge.reference.followed_folder import LOOK_SECONDS, FileFault, FollowedFolder, Good
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import clashes, parse_profile, shipped_profiles

__all__ = ["LOOK_SECONDS", "FileFault", "Good", "WatchedBook"]


class WatchedBook(FollowedFolder[Profile], ProfileBook):
    """The shipped profiles and those of a folder, as they are now."""

    what = "profile"
    log = logging.getLogger("homeward.profiles")

    def __init__(self, folder: Path | None = None) -> None:
        """Take every file that can be used; the others are in `faults`."""
        ProfileBook.__init__(self, shipped_profiles())
        FollowedFolder.__init__(self, folder)

    def _parse(self, file: str, raw: bytes) -> Profile:
        return parse_profile(file, raw)

    def _clashes(self, files: Iterable[tuple[str, Profile]]) -> dict[str, str]:
        return clashes(files)

    def _expendable(self, gone: Profile, /) -> bool:
        left = {*shipped_profiles().names, *(good.held.name for good in self._good.values())}
        return gone.name in left

    def _put_in_force(self, held: Iterable[Profile]) -> None:
        self._versions = ProfileBook([*shipped_profiles(), *held])._versions
