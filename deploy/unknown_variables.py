"""Variables that begin like a setting and are none: each is told at the start, for nothing reads it.

A misspelt limit or key would otherwise be passed over, and the usual value hold.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches

from deploy.embedded.ports import Ports
from deploy.secret_files import BEHIND
from deploy.settings import PREFIX, Settings, variable

_OF_COMMANDS = frozenset({"HOMEWARD_DATA", "HOMEWARD_PORT_OFFSET"})
_OF_TESTS = frozenset(
    {"HOMEWARD_CASES", "HOMEWARD_CORPORA", "HOMEWARD_RECORD_HISTORIES", "HOMEWARD_TEST_POSTGRES"}
)
_OF_KUBERNETES = re.compile(r"HOMEWARD\w*_(SERVICE_(HOST|PORT\w*)|PORT_\d+_(TCP|UDP)\w*)")
"""What Kubernetes sets for a service of ours; besides, `..._PORT` with an address in it."""

_log = logging.getLogger("homeward.settings")


def known() -> frozenset[str]:
    """Every variable that something reads."""
    settings = {variable(name) for name in Settings.model_fields}
    ports = {f"{PREFIX}{name.upper()}_PORT" for name, _, _ in Ports.described()}
    return frozenset({*settings, *(each + BEHIND for each in settings), *ports, *_OF_COMMANDS, *_OF_TESTS})


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Each variable of ours that nothing reads, with the nearest that is known, if one is near."""
    names = known()
    return {
        name: next(iter(get_close_matches(name, sorted(names), n=1, cutoff=0.8)), None)
        for name, value in sorted(environment.items())
        if name.startswith(PREFIX) and name not in names and not _set_by_kubernetes(name, value)
    }


def _set_by_kubernetes(name: str, value: str) -> bool:
    return bool(_OF_KUBERNETES.fullmatch(name)) or (name.endswith("_PORT") and "://" in value)


def warn_of_unknown_variables() -> None:
    """Log each one by its name; never its value, which may be a secret."""
    for name, nearest in unknown_variables(os.environ).items():
        meant = f"; is {nearest} meant?" if nearest else ""
        _log.warning("%s is not a setting and has no effect%s", name, meant)
