"""A landlord or a scheme is told of a stay, and says what it did."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model.stay_notices import StayNews
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.roles import CASEWORK, LEADS, PARTS


class TellOfStay(CaseCommand):
    """Tell an organisation that takes part that the person was admitted, or has left hospital."""

    declared: ClassVar = Declaration(
        "Tell the landlord or scheme of the stay", SINCE_ACCEPTANCE, CASEWORK, LEADS
    )
    touches: ClassVar = ("stay-notice",)
    depends_on: ClassVar = ("sharing",)

    kind: Literal["tell-of-stay"] = "tell-of-stay"
    organisation_id: UUID
    news: StayNews


class AnswerStayNotice(CaseCommand):
    """Record that an organisation has read what it was told of a stay, or has acted on it: as it says itself,
    or as it said to those who lead the case.
    """

    declared: ClassVar = Declaration(
        "Record an answer to a notice of the stay", SINCE_ACCEPTANCE, CASEWORK, PARTS
    )
    touches: ClassVar = ("stay-notice",)

    kind: Literal["answer-stay-notice"] = "answer-stay-notice"
    organisation_id: UUID
    news: StayNews
    acted: bool


StayNoticeCommand = TellOfStay | AnswerStayNotice
"""Every command of this room."""
