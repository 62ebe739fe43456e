"""How each part that runs alone begins: settings first, then logging, then the rest of the program.

Libraries warn while they are loaded, so whoever is called imports them after `begin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.settings import Settings


def begin(*needed: str) -> Settings:
    """Return the settings, logging as they say. Raises MissingSetting for one of `needed` that is not set."""
    from deploy.collector import wait_for_what_is_loaded

    wait_for_what_is_loaded()
    from deploy.settings import Settings
    from deploy.unknown_variables import warn_of_unknown_variables
    from workflows import logs

    settings = Settings()
    logs.configure(settings.log_level)
    warn_of_unknown_variables()  # a misspelt one may be what is missing
    for name in needed:
        settings.need(name)
    return settings
