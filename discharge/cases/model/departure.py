"""Leaving hospital, and coming back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from discharge.cases.model.after import FollowUp
from discharge.cases.model.home import GateItem
from discharge.values import Frozen


class Discharge(Frozen):
    """The person left: on which day, to where, by which method, and who told us.

    ``contacts`` and ``gate`` keep what was found afterwards, and how the home stood, once the person is back;
    until then the case has them.
    ``unready_reason`` says why they left although the home was not ready; the note ``decided_by_note`` names
    who decided it.
    """

    discharged_on: date
    discharged_at: datetime
    destination: str | None = None
    method: str | None = None
    told_by: Literal["feed", "hand"]
    spell_id: UUID | None = None
    contacts: tuple[FollowUp, ...] = ()
    gate: tuple[GateItem, ...] = ()
    unready_reason: str | None = None
    decided_by_note: UUID | None = None


class UnreadyHome(Frozen):
    """The person is in a home that is not ready: since which day, and what kept the gate shut then.

    It stays until all that keeps the gate shut is answered: see ``discharge.cases.unready``.
    """

    since: date
    blockers: tuple[str, ...] = ()


class Readmission(Frozen):
    """Back in hospital within 0-29 days of the discharge (NHS Digital indicator I02040). Its place among the
    readmissions of a case is that of its discharge among the earlier ones.

    ``cause`` is a code of ``return-causes``, once somebody found out.
    """

    spell_id: UUID
    readmitted_on: date
    days_after: int
    cause: str | None = None
