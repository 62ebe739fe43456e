"""The referral, and how far it was taken on."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed, with_referral
from discharge.cases.model import Case


def _received(case: Case, event: ev.ReferralReceived) -> Case:
    return changed(case, person_id=event.person_id, referral=event.referral)


def _amended(case: Case, event: ev.ReferralAmended) -> Case:
    said = event.model_dump(exclude={"kind", "changed"})
    later = {name: said.pop(name) for name in ("tenure", "lives_alone")}
    return with_referral(case, **said, **{name: value for name, value in later.items() if value is not None})


def _accepted(case: Case, event: ev.ReferralAccepted) -> Case:
    return with_referral(case, accepted_on=event.accepted_on, returned_reason=None)


def _returned(case: Case, event: ev.ReferralReturned) -> Case:
    return with_referral(case, returned_reason=event.reason)


FOLDS: Mapping[type, Fold] = {
    ev.ReferralReceived: _received,
    ev.ReferralAmended: _amended,
    ev.ReferralAccepted: _accepted,
    ev.ReferralReturned: _returned,
}
