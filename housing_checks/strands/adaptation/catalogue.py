"""Adaptations that can be ordered: usual cost, lead time and who usually pays (`adaptations.yaml`)."""

from __future__ import annotations

from pathlib import Path

from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.orderables import CatalogueRow, unknown_items

KIND = Kind("adaptations", CatalogueRow, Path(__file__).with_name("adaptations.yaml"), check=unknown_items)

ADAPTATIONS = ListByEdition(KIND)
"""Every adaptation that can be ordered, smallest first."""
