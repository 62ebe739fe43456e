"""Leaving hospital, the leaving that was undone, death, and coming back."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Discharge, Readmission, UnreadyHome
from discharge.values import Frozen


class PersonDischarged(Frozen):
    """The person left hospital."""

    kind: Literal["person-discharged"] = "person-discharged"
    discharge: Discharge


class DischargeCorrected(Frozen):
    """The day somebody left, or how, was told anew after the case had closed; it stays closed."""

    kind: Literal["discharge-corrected"] = "discharge-corrected"
    discharge: Discharge


class DischargeCancelled(Frozen):
    """The discharge did not happen after all (A13)."""

    kind: Literal["discharge-cancelled"] = "discharge-cancelled"
    cancelled_on: date


class HomeNotReady(Frozen):
    """The person is at home, and the home is not ready."""

    kind: Literal["home-not-ready-person-in-it"] = "home-not-ready-person-in-it"
    unready: UnreadyHome


class UnreadyHomeSettled(Frozen):
    """Everything that made the home of somebody who is in it not ready was answered."""

    kind: Literal["unready-home-settled"] = "unready-home-settled"
    settled_on: date


class PersonReadmitted(Frozen):
    """Back in hospital within 0-29 days of the discharge."""

    kind: Literal["person-readmitted"] = "person-readmitted"
    readmission: Readmission


class ReadmissionCancelled(Frozen):
    """The admission of somebody who was back in hospital was taken back (A11): the discharge before it
    stands again, with the contacts owed after it.
    """

    kind: Literal["readmission-cancelled"] = "readmission-cancelled"
    spell_id: UUID
    cancelled_on: date


class EarlierDischargeCorrected(Frozen):
    """What is known of a discharge before the person came back was told anew, and with it the return; without
    a discharge that one never happened. ``place`` is its place among the earlier discharges, from 0.
    """

    kind: Literal["earlier-discharge-corrected"] = "earlier-discharge-corrected"
    place: int
    discharge: Discharge | None = None
    readmission: Readmission | None = None
