"""Every form that there is, in the order in which the case page offers them. A further one is a further
row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.forms.decisions import CAPACITY, CHOICE, STAY_NOTICES
from api.forms.hazards import HAZARDS
from api.forms.home import ENDING, HOME, LEAVING
from api.forms.model import Around, CommandForm
from api.forms.referral_and_wait import HOMELESSNESS, NOTES, REFERRAL, WAITING

FORMS: Mapping[str, CommandForm] = MappingProxyType(
    {
        form.kind: form
        for form in (
            *NOTES,
            *REFERRAL,
            *STAY_NOTICES,
            *WAITING,
            *HOMELESSNESS,
            *CAPACITY,
            *CHOICE,
            *HOME,
            *HAZARDS,
            *LEAVING,
            *ENDING,
        )
    }
)
"""Kind of command -> its form. The check has a page of its own."""


def shape(kind: str, given: dict[str, Any], around: Around) -> dict[str, Any]:
    """The command's own fields from what the form asked, where one question stands for two fields."""
    if kind == "start-strand" and "strand_item" in given:
        strand_kind, _, item = given.pop("strand_item").partition(":")
        return given | {"strand_kind": strand_kind, "item": item}
    if kind == "record-delay-reason" and "reason_code" in given:
        reason_kind, _, code = given.pop("reason_code").partition(":")
        return given | {"reason_kind": reason_kind, "code": code}
    if kind == "answer-offer" and "offer_id" in given:
        return given | {"strand": _strand_of_offer(around, given["offer_id"])}
    return given


def _strand_of_offer(around: Around, offer_id: str) -> str:
    return next(
        (
            strand.key
            for strand in around.case.strands.values()
            if any(str(offer.offer_id) == offer_id for offer in strand.offers)
        ),
        "",
    )
