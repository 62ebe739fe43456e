"""The words in which stories are told: one scene is one thing that one party does at one time.

`day` counts from the admission before it (or, in the table of a story, from the arrival that is still to
come), or from the discharge before it. What the hospital does is named by its HL7 trigger; what people do
by the command that they give at the public door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Who = Literal["hospital", "ward", "adviser", "coordinator", "council", "equipment", "landlord", "monitor"]

PARTIES: Mapping[Who, tuple[str, str]] = {
    "ward": ("discharge-team", "RXH"),
    "adviser": ("coordinator", "RXH"),
    "coordinator": ("coordinator", "HHP"),
    "council": ("coordinator", "HVC"),
    "equipment": ("system", "HVE"),
    "landlord": ("coordinator", "MEA"),
    "monitor": ("trust-monitor", "RXH"),
}
"""Who speaks with which role for which organisation."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing done: when, by whom, what, and its particulars."""

    day: float
    who: Who
    act: str
    details: Mapping[str, Any] = field(default_factory=dict)
    since: Literal["admission", "discharge"] = "admission"


def adt(day: float, trigger: str, **details: Any) -> Scene:
    """The hospital sends a message."""
    return Scene(day, "hospital", trigger, details)


def ward(day: float, act: str, **details: Any) -> Scene:
    """The discharge team asks for something."""
    return Scene(day, "ward", act, details)


def adviser(day: float, act: str, **details: Any) -> Scene:
    """The trust's safety adviser records something in the annex."""
    return Scene(day, "adviser", act, details)


def home(day: float, act: str, **details: Any) -> Scene:
    """A coordinator asks for something."""
    return Scene(day, "coordinator", act, details)


def partner(day: float, who: Who, act: str, **details: Any) -> Scene:
    """A partner's own people, or its system, ask for something."""
    return Scene(day, who, act, details)


def after(day: float, scene: Scene) -> Scene:
    """The same, counted from the discharge before it."""
    return Scene(day, scene.who, scene.act, scene.details, "discharge")
