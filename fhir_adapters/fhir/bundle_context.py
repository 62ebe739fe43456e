"""What a FHIR resource brings along: resources contained in it, or beside it in the same bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Surroundings:
    """Where references lead: path and resource of what is contained or came in the same bundle, by
    reference; and ours, by the address `base` of this interface. `today` is the London day of case time.
    """

    today: date
    resources: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    base: str = ""

    def resolve(self, reference: Any) -> tuple[str, Any] | None:
        """The path and resource that a Reference points at inside the message, if it does."""
        target = getattr(reference, "reference", None)
        return self.resources.get(target) if target else None

    def own_id(self, reference: Any, kind: str) -> UUID | None:
        """The id of a resource of ours that a Reference points at, relative or by our address."""
        return own_id(getattr(reference, "reference", None), kind, self.base)


def own_id(target: str | None, kind: str, base: str) -> UUID | None:
    """The id in `Kind/id` or `base/Kind/id`, with or without a version; None where it is not ours."""
    relative = (target or "").removeprefix(f"{base}/") if base else target or ""
    name, _, rest = relative.partition("/")
    if name != kind:
        return None
    try:
        return UUID(rest.partition("/_history/")[0])
    except ValueError:
        return None


def contained(resource: Any, path: str) -> dict[str, tuple[str, Any]]:
    """Path and resource of each contained resource, by the reference that leads there."""
    return {
        f"#{each.id}": (f"{path}.contained[{index}]", each)
        for index, each in enumerate(resource.contained or [])
        if each.id
    }


def beside(bundle: Any) -> dict[str, tuple[str, Any]]:
    """Path and resource of each entry of a bundle, by its full URL and by type and id."""
    found: dict[str, tuple[str, Any]] = {}
    for index, entry in enumerate(bundle.entry or []):
        if entry.resource is None:
            continue
        place = (f"Bundle.entry[{index}].resource", entry.resource)
        if entry.fullUrl:
            found[str(entry.fullUrl)] = place
        if entry.resource.id:
            found[f"{type(entry.resource).__name__}/{entry.resource.id}"] = place
    return found
