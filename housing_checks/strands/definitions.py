"""Every kind of strand: each folder here is one, named after it, and says in its `strand.py` what it is.

A stored strand may be of a kind that only a newer build has. It is shown by its name; nothing is decided on
a case that has one (:func:`unknown_kinds`).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

import housing_checks.strands
from discharge.cases.model import Case, Strand
from housing_checks.strands.model import Step, StrandDefinition


def _found() -> Iterator[StrandDefinition]:
    for folder in pkgutil.iter_modules(housing_checks.strands.__path__):
        if folder.ispkg:
            definition = import_module(f"{housing_checks.strands.__name__}.{folder.name}.strand").DEFINITION
            if definition.kind != folder.name.replace("_", "-"):
                raise ValueError(f"the folder {folder.name} declares the kind {definition.kind}")
            yield definition


DEFINITIONS: Mapping[str, StrandDefinition] = MappingProxyType(
    {each.kind: each for each in sorted(_found(), key=lambda each: each.words)}
)
"""By kind, in the order in which people choose from them."""


def kind_words(kind: str) -> str:
    """Return what a kind is called; one that this build does not have is named by its code."""
    definition = DEFINITIONS.get(kind)
    return definition.words if definition else kind.replace("-", " ").capitalize()


def steps_of(strand: Strand) -> tuple[Step, ...]:
    """Return the steps of a strand, none for a kind that this build does not have."""
    definition = DEFINITIONS.get(strand.kind)
    return definition.steps if definition else ()


def step_words(kind: str, step: str) -> str:
    """Return a step in words; a step that the kind does not have is shown as it is."""
    definition = DEFINITIONS.get(kind)
    steps = definition.steps if definition else ()
    return next((mine.words for mine in steps if mine.code == step), step.replace("-", " ").capitalize())


def unknown_kinds(case: Case) -> tuple[str, ...]:
    """Return the kinds of strands of a case that this build does not have."""
    return tuple(sorted({strand.kind for strand in case.strands.values()} - DEFINITIONS.keys()))
