"""What stories of leaving have in common: somebody who waited, the news that they left, and what follows."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Action, Case, Discharge, Strand
from tests.discharge.cases.stories import POLICY, SPELL, TRUST, after, day, decided, noon, refer, told

LATER = UUID(int=21)
NOTE = uuid5(TRUST, "Sister Lowe")
REASON = cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="council")
CASE = after((0, refer()), (0, cmd.AcceptReferral()))
READY = after((0, refer(ready_on=day(1))), (0, cmd.AcceptReferral()), (1, REASON))
WAITED = READY.delay_reasons[0]


def left(on: int, **said: object) -> Discharge:
    return Discharge(
        discharged_on=day(on), discharged_at=noon(on), told_by="feed", spell_id=SPELL
    ).model_copy(update=said)


def owed(on: int, *, welfare: bool = False) -> list[ev.Event]:
    return [
        ev.FollowUpScheduled(follow_up=each)
        for each in schedule(noon(on), POLICY, {"self-discharged"} if welfare else ())
    ]


def reason_ended(on: int, case: Case = READY) -> ev.DelayReasonEnded:
    return ev.DelayReasonEnded(reason_id=case.delay_reasons[-1].reason_id, to_on=day(on))


def ready_ended(on: int, by: str = "discharged") -> ev.ReadyPeriodEnded:
    return ev.ReadyPeriodEnded.model_validate({"ended_on": day(on), "ended_by": by})


def runs_on(on: int) -> ev.DelayReasonRecorded:
    ended = WAITED.model_copy(update={"to_on": day(on)})
    new = uuid5(ended.reason_id, f"again from {ended.to_on}")
    return ev.DelayReasonRecorded(
        reason=ended.model_copy(update={"reason_id": new, "from_on": day(on), "to_on": None})
    )


def by_feed(on: int = 4, **said: object) -> cmd.NoteHospitalFacts:
    return told(status="discharged", discharged_on=day(on), **said)


def after_news(case: Case, news: cmd.NoteHospitalFacts, on: int = 5) -> list[ev.Event]:
    """What follows from news of a stay, beside that the stay is known to have changed."""
    changed, *rest = decided(case, news, on)
    assert changed == ev.SpellChanged(spell=news.spell)
    return rest


GONE = after((5, by_feed()), case=READY)
DIED = [{"died": True}, {"discharge_method": "4"}, {"discharge_method": "5"}, {"discharge_destination": "79"}]
STRAND = Strand(kind="equipment", number=1, item="bed", started_on=day(1), owner_role="coordinator")


def open_one(cause: str, number: int = 0) -> ev.ActionOpened:
    action = Action(
        cause=cause, number=1, owner_role="coordinator", opened_at=noon(4), due_at=noon(5) + timedelta(number)
    )
    return ev.ActionOpened(action=action)
