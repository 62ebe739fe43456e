"""What a landlord or a scheme was told of a stay."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.values import Frozen

StayNews = Literal["admitted", "discharged"]
"""What somebody at home must know, so that home, rent and animals are looked after."""


class StayNotice(Frozen):
    """An organisation was told that the person was admitted, or has left: of which stay, on which day that
    was, when they were told and on which basis; and when they accepted it, and acted on it.
    """

    organisation_id: UUID
    news: StayNews
    spell_id: UUID | None
    day: date | None
    told_on: date
    basis: str
    told_by: UUID | None = None
    accepted_on: date | None = None
    acted_on: date | None = None

    @property
    def key(self) -> str:
        """Its name in the case: the same news of a stay is told to an organisation once."""
        return notice_key(self.organisation_id, self.news, self.spell_id, self.day)


def notice_key(organisation_id: UUID, news: StayNews, spell_id: UUID | None, day: date | None) -> str:
    """The name of a notice: another day of the same stay is other news."""
    return f"{organisation_id}/{news}/{spell_id or 'no-stay'}/{day or 'no-day'}"
