"""Failed discharge: a local definition, because there is no national one. Any of these grounds is enough:

    a  an emergency return within 72 hours
    b  a return within 30 days for a reason recorded as home, equipment, care or access
    c  on arrival the person cannot get in, or the home lacks heat, water, power, food, bed or toilet access
    d  the person leaves the placement within 7 days because it is unsuitable

Source: the Manchester older people's housing schemes call a discharge failed when the person is soon back;
the four grounds are our choice.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from discharge.cases.model import Case
from discharge.clocks import london_date, nights_between
from discharge.codes.casework import HOME_PROBLEMS

Ground = Literal["a", "b", "c", "d"]

RETURN_HOURS = 72
RETURN_DAYS = 30
ARRIVAL_HOURS = 72
PLACEMENT_DAYS = 7
HOME_CAUSES = frozenset({"home", "equipment", "care", "access"})
UNSUITABLE = "placement-unsuitable"

GROUND_WORDS: Mapping[Ground, str] = MappingProxyType(
    {
        "a": "Back in hospital within 72 hours",
        "b": "Back in hospital within 30 days because of home, equipment, care or access",
        "c": "On arrival the home could not be entered or lacked heat, water, power, food, bed or toilet",
        "d": "Left the placement within 7 days because it was unsuitable",
    }
)

_FAILS_ARRIVAL = frozenset(row.code for row in HOME_PROBLEMS if row.fails_arrival)


class Return(BaseModel):
    """An emergency return to hospital: the day, the instant where known, and the recorded cause."""

    model_config = ConfigDict(frozen=True)

    on: date
    at: AwareDatetime | None = None
    cause: str = "unknown"


class HomeContact(BaseModel):
    """What somebody found wrong at home, and when."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    problems: tuple[str, ...]


class AfterDischarge(BaseModel):
    """What happened after one discharge, as far as the definition asks."""

    model_config = ConfigDict(frozen=True)

    discharged_at: AwareDatetime
    returns: tuple[Return, ...] = ()
    contacts: tuple[HomeContact, ...] = ()


def failed_discharge(after: AfterDischarge) -> tuple[Ground, ...]:
    """Return the grounds on which a discharge failed, in order; empty when it did not (so far)."""
    grounds: dict[Ground, bool] = {
        "a": any(_within_72_hours(after.discharged_at, back) for back in after.returns),
        "b": any(_for_a_home_cause(after.discharged_at, back) for back in after.returns),
        "c": any(_found_on_arrival(after.discharged_at, contact) for contact in after.contacts),
        "d": any(_left_as_unsuitable(after.discharged_at, contact) for contact in after.contacts),
    }
    return tuple(ground for ground, met in grounds.items() if met)


def _days(discharged_at: datetime, day: date) -> int:
    return nights_between(london_date(discharged_at), day)


def _within_72_hours(discharged_at: datetime, back: Return) -> bool:
    """By the instant where it is known, else by dates: three days may be more than 72 hours, and count."""
    if back.at is not None:
        return timedelta(0) <= back.at - discharged_at <= timedelta(hours=RETURN_HOURS)
    return 0 <= _days(discharged_at, back.on) <= RETURN_HOURS // 24


def _for_a_home_cause(discharged_at: datetime, back: Return) -> bool:
    return back.cause in HOME_CAUSES and 0 <= _days(discharged_at, back.on) <= RETURN_DAYS


def _found_on_arrival(discharged_at: datetime, contact: HomeContact) -> bool:
    soon = timedelta(0) <= contact.at - discharged_at <= timedelta(hours=ARRIVAL_HOURS)
    return soon and not _FAILS_ARRIVAL.isdisjoint(contact.problems)


def _left_as_unsuitable(discharged_at: datetime, contact: HomeContact) -> bool:
    soon = 0 <= _days(discharged_at, london_date(contact.at)) <= PLACEMENT_DAYS
    return soon and UNSUITABLE in contact.problems


def after_last_discharge(
    case: Case, causes: Mapping[UUID, str] = MappingProxyType({})
) -> AfterDischarge | None:
    """Take what followed a case's last discharge; `causes` says by spell why the person came back."""
    last = case.discharge or next(reversed(case.earlier_discharges), None)
    if last is None:
        return None
    return AfterDischarge(
        discharged_at=last.discharged_at,
        returns=tuple(
            Return(on=back.readmitted_on, cause=causes.get(back.spell_id, "unknown"))
            for back in case.readmissions
            if back.readmitted_on >= last.discharged_on
        ),
        contacts=tuple(
            HomeContact(at=contact.contacted_at, problems=contact.problems)
            for contact in case.follow_ups.values()
            if contact.contacted_at is not None
        ),
    )
