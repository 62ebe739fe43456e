"""Every kind of reference data of floors 1 and 2: whoever follows a site's folder has to know them all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from discharge.cases.actions import ACTIONS
from discharge.clocks.registry import CLOCKS
from discharge.codes import LISTS
from discharge.codes.by_edition import ListByEdition
from discharge.prices.price_list import KIND as PRICES
from discharge.reference.kind import Kind
from discharge.risk.rules import RULES
from housing_checks import lead_times
from housing_checks.checks.form import HOME_CHECK

_LISTS: tuple[ListByEdition[Any], ...] = (*LISTS.values(), ACTIONS)

EVERY_KIND: Mapping[str, Kind[Any]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            *lead_times.KINDS,
            HOME_CHECK,
            CLOCKS,
            RULES,
            PRICES,
            *(each.kind for each in _LISTS),
        )
    }
)
