"""Facts that only a floor above knows: declared here, contributed there when it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from discharge.cases.model import Case
from discharge.risk.conditions import Known

DECLARED: Mapping[str, str] = MappingProxyType({"homes-not-taken": "count"})
"""Name of a fact -> the words that a sentence about it can use."""

_CONTRIBUTED: dict[str, Callable[[Case], Iterable[Known]]] = {}


def contribute(name: str, of: Callable[[Case], Iterable[Known]]) -> None:
    """Say how a declared fact is taken from a case. KeyError for a fact that is not declared."""
    _CONTRIBUTED[name] = of if name in DECLARED else _CONTRIBUTED[name]


def contributed(case: Case) -> dict[str, tuple[Known, ...]]:
    """Return what is known of each fact that a floor above contributes."""
    return {name: tuple(of(case)) for name, of in _CONTRIBUTED.items()}
