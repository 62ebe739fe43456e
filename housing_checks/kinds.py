"""Every kind of reference data of floors 1 and 2: whoever follows a site's folder has to know them all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from discharge.cases.actions import ACTIONS
from discharge.clocks.registry import CLOCKS
from discharge.codes import LISTS
from discharge.codes.by_edition import ListByEdition
from discharge.delays.bands import DELAY_BANDS
from discharge.delays.released import COUNTERFACTUALS
from discharge.outcomes.failed_discharge import FAILED_DISCHARGES
from discharge.outcomes.readmission import READMISSION_BANDS
from discharge.prices.price_list import KIND as PRICES
from discharge.reference.kind import Kind
from discharge.risk.levels import ALERT_LEVELS
from discharge.risk.rules import RULES
from housing_checks import lead_times
from housing_checks.checks.form import HOME_CHECK
from housing_checks.strands.rehousing.criteria import HOME_CRITERIA

_LISTS: tuple[ListByEdition[Any], ...] = (
    *LISTS.values(),
    ACTIONS,
    ALERT_LEVELS,
    DELAY_BANDS,
    READMISSION_BANDS,
    FAILED_DISCHARGES,
    COUNTERFACTUALS,
    HOME_CRITERIA,
)

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
