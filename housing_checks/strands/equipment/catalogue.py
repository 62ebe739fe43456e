"""Community equipment that can be ordered: usual cost and speed band (`equipment.yaml`)."""

from __future__ import annotations

from pathlib import Path

from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.orderables import CatalogueRow, unknown_items

KIND = Kind("equipment", CatalogueRow, Path(__file__).with_name("equipment.yaml"), check=unknown_items)

EQUIPMENT = ListByEdition(KIND)
"""Every piece of equipment that can be ordered."""
