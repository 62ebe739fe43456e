"""A landlord or a scheme is told of a stay, and says what it did.

Nobody is told by themselves: an admission or a discharge only suggests it. A basis that reaches partners is
needed, and what is told must have happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from discharge.cases import events as ev
from discharge.cases.commands import AnswerStayNotice, Envelope, TellOfStay
from discharge.cases.decide.common import Decider, command_of, happened_on, plain
from discharge.cases.model import Case, StayNotice
from discharge.cases.relations import leads
from discharge.cases.stay_notices import happened, keeps_a_home, was_told
from discharge.errors import Refused, refuse_together


def tell_of_stay(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Tell an organisation of the stay; the same news of the same stay is told once."""
    asked = command_of(envelope, TellOfStay)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _takes_part(case, asked),
        lambda: _with_a_basis(case),
        lambda: _true(case, asked),
    )
    stay = happened(case, asked.news)
    if stay is None or case.sharing is None or was_told(case, asked.organisation_id, asked.news, stay):
        return []
    notice = StayNotice(
        organisation_id=asked.organisation_id,
        news=asked.news,
        spell_id=stay.spell_id,
        day=stay.day,
        told_on=envelope.effective_on,
        basis=case.sharing.basis,
        told_by=envelope.actor.user_id,
    )
    return [ev.StayTold(notice=notice)]


def _takes_part(case: Case, asked: TellOfStay) -> None:
    if asked.organisation_id not in keeps_a_home(case):
        raise Refused("not-a-landlord-here", where="organisation_id")


def _with_a_basis(case: Case) -> None:
    if not case.may_tell_partners:
        raise Refused("consent-missing", detail="no-basis", where="sharing")


def _true(case: Case, asked: TellOfStay) -> None:
    if happened(case, asked.news) is None:
        raise Refused("no-such-stay", where="news")


def answer_stay_notice(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record that an organisation read it, or acted on it: it says so itself, or those who lead the case."""
    asked = command_of(envelope, AnswerStayNotice)
    asker = envelope.actor.organisation_id
    if asker != asked.organisation_id and asker not in leads(case):
        raise Refused("part-not-allowed", where="organisation_id")
    told = [
        each
        for each in case.stay_notices.values()
        if (each.organisation_id, each.news) == (asked.organisation_id, asked.news)
    ]
    if not told:
        raise Refused("no-such-item", where="news")
    day, notice = happened_on(envelope, now), told[-1]
    done = notice.acted_on if asked.acted else notice.accepted_on
    if done is not None:
        return []
    return [ev.StayNoticeAnswered(notice=notice.key, answered_on=day, acted=asked.acted)]


DECIDERS: Mapping[str, Decider] = {
    "tell-of-stay": plain(tell_of_stay),
    "answer-stay-notice": plain(answer_stay_notice),
}
