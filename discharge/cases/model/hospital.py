"""The stay."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from discharge.values import Frozen


class CaseSpell(Frozen):
    """One hospital stay that belongs to the case, as last folded from the trust's feed.

    ``status`` is ``expected``, ``admitted``, ``on-leave``, ``discharged`` or ``cancelled``; the last with the
    reason: ``admission-cancelled``, ``expectation-cancelled``, ``deleted`` (the visit was entered in error)
    or ``moved`` (it belongs to another number or person). ``not_left_at`` is when the trust last said that
    the person did not leave after all, while no discharge of its own stands. ``admission_method`` is the code
    as received. ``fit_on_assumed``: the trust gave no day that can be, so that of the message that first
    said fit was taken. ``doubts`` are codes of ``STAY_DOUBTS``.
    """

    spell_id: UUID
    organisation_id: UUID
    status: str = "admitted"
    ward: str | None = None
    bed: str | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    admission_method: str | None = None
    expected_admission_on: date | None = None
    expected_discharge_on: date | None = None
    medically_fit: bool | None = None
    medically_fit_on: date | None = None
    discharge_method: str | None = None
    discharge_destination: str | None = None
    died: bool = False
    cancelled_because: str | None = None
    not_left_at: datetime | None = None
    fit_on_assumed: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def in_a_bed(self) -> bool:
        """Whether the trust says that the person lies there now, or is on leave from there."""
        return self.status in ("admitted", "on-leave")
