"""A site's folder of changes in reference data, and every kind of data that it can change.

Whoever follows the folder has to know every kind, also those that it does not use itself: otherwise a good
file would be a fault in one process and in force in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
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
from discharge.reference.policy import put_in_force
from discharge.reference.site import SiteFolder
from discharge.risk.levels import ALERT_LEVELS
from discharge.risk.rules import RULES
from fhir_adapters.feeds.alarms import ALARM_KINDS, ALARMS
from fhir_adapters.hl7v2.process.causes import PARKED_CAUSES
from housing_checks import lead_times
from housing_checks.checks.form import HOME_CHECK
from housing_checks.hazards.duties import DUTIES, PATHS
from housing_checks.hazards.nations import POSTCODE_NATIONS
from housing_checks.hazards.schemes import HHSRS, RATINGS
from housing_checks.safety.clocks import SAFETY_CLOCKS
from housing_checks.safety.lists import SAFE_CONTACT_METHODS, SAFETY_MEASURES
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
    ALARM_KINDS,
    PARKED_CAUSES,
    HHSRS,
    RATINGS,
    PATHS,
    DUTIES,
    POSTCODE_NATIONS,
    SAFETY_CLOCKS,
    SAFE_CONTACT_METHODS,
    SAFETY_MEASURES,
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
            ALARMS,
            *(each.kind for each in _LISTS),
        )
    }
)


def site_reference(folder: Path | None) -> SiteFolder:
    """Return what this site changes in reference data, put in force now and after each change of a file."""
    return SiteFolder(folder, put_in_force)
