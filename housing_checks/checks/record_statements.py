"""What the records of a case say against an answer: the trust's referral, and the hazards that are open."""

from __future__ import annotations

from discharge.cases.model import Case, ItemAnswer
from housing_checks.checks.model import CheckItem
from housing_checks.checks.referral_statements import said_otherwise
from housing_checks.hazards.item_statements import said_by_hazard


def said_by_records(case: Case, item: CheckItem, value: str) -> ItemAnswer | None:
    """Return the statement of a record that an answer denies, the referral's first; None where none does."""
    return said_otherwise(case, item, value) or said_by_hazard(case, item.code, value)
