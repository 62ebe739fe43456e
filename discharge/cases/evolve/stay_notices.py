"""What a landlord or a scheme was told of a stay, and what it said."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case


def _told(case: Case, event: ev.StayTold) -> Case:
    return changed(case, stay_notices={**case.stay_notices, event.notice.key: event.notice})


def _answered(case: Case, event: ev.StayNoticeAnswered) -> Case:
    notice = case.stay_notices.get(event.notice)
    if notice is None:
        return case
    said = {"accepted_on": notice.accepted_on or event.answered_on}
    if event.acted:
        said["acted_on"] = notice.acted_on or event.answered_on
    return changed(case, stay_notices={**case.stay_notices, event.notice: notice.model_copy(update=said)})


FOLDS: Mapping[type, Fold] = {ev.StayTold: _told, ev.StayNoticeAnswered: _answered}
