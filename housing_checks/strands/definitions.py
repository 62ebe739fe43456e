"""Every kind of strand that runs: each folder of this floor that has a `strand.py`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

import housing_checks
from discharge.cases.model import StrandKind
from housing_checks.strands.model import StrandDefinition


def _found() -> Iterator[StrandDefinition]:
    for folder in pkgutil.iter_modules(housing_checks.__path__, "housing_checks."):
        if folder.ispkg and find_spec(f"{folder.name}.strand"):
            yield import_module(f"{folder.name}.strand").DEFINITION


_BY_KIND = {definition.kind: definition for definition in _found()}

DEFINITIONS: Mapping[StrandKind, StrandDefinition] = MappingProxyType(
    {kind: _BY_KIND[kind] for kind in StrandKind}
)
"""In the order in which people choose from them."""


def step_words(kind: StrandKind, step: str) -> str:
    """Return a step in words; a step that the kind does not have is shown as it is."""
    return next((mine.words for mine in DEFINITIONS[kind].steps if mine.code == step), step)
