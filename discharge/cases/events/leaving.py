"""Leaving hospital, the leaving that was undone, death, and coming back."""

from __future__ import annotations

from datetime import date
from typing import Literal

from discharge.cases.model import Discharge, Readmission
from discharge.values import Frozen


class PersonDischarged(Frozen):
    """The person left hospital."""

    kind: Literal["person-discharged"] = "person-discharged"
    discharge: Discharge


class DischargeCancelled(Frozen):
    """The discharge did not happen after all (A13)."""

    kind: Literal["discharge-cancelled"] = "discharge-cancelled"
    cancelled_on: date


class PersonReadmitted(Frozen):
    """Back in hospital within 0-29 days of the discharge."""

    kind: Literal["person-readmitted"] = "person-readmitted"
    readmission: Readmission
