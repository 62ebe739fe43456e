"""What each figure of the bed-days report counts, in one or two sentences that stand beside the number."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Unit = Literal["people", "days", "nights", "percent"]


@dataclass(frozen=True, slots=True)
class Definition:
    """The label, unit and definition of one figure."""

    key: str
    label: str
    unit: Unit
    definition: str


# fmt: off
_ROWS: tuple[Definition, ...] = (
    Definition("discharges", "Discharges", "people",
               "Stays of our cases that ended in the period, other than by death."),
    Definition("same-day", "Left on the day they were ready", "people",
               "Discharges with a published delay of 0 days, assumed ones included."),
    Definition("delayed", "Left later", "people",
               "Discharges with a published delay of 1 day or more."),
    Definition("percent-delayed", "Share that left later", "percent",
               "Discharges with a published delay of 1 day or more, of all discharges."),
    Definition("published-days", "Delay days as published", "days",
               "Date of discharge minus the start of the last ready period, added up (NHS England)."),
    Definition("true-days", "Nights really waited", "nights",
               "Nights in bed in every ready period, added up; stays without a ready date are left out."),
    Definition("mean-with-zeros", "Average delay, all discharges", "days",
               "Mean published delay, with those who left on the same day."),
    Definition("mean-without-zeros", "Average delay, delayed discharges", "days",
               "Mean published delay of those who waited 1 day or more."),
    Definition("median", "Median delay", "days",
               "Half of all discharges had a published delay of this many days or fewer."),
    Definition("ninetieth", "90th percentile of delay", "days",
               "Nine in ten discharges had a published delay of this many days or fewer (nearest rank)."),
    Definition("assumed", "Delay assumed to be 0", "people",
               "Discharges without a ready date when they left; the guidance counts them as no delay."),
    Definition("without-reason", "Nights without a reason", "nights",
               "Waiting nights for which no national delay reason was recorded at midnight."),
    Definition("readmitted", "Back in hospital", "people",
               "Discharges after which a new stay began within 0 to 29 days, planned ones included. "
               "The latest discharges may still be followed by one."),
    Definition("back-0-2", "Back within 0 to 2 days", "people",
               "Discharges after which a new stay began on the same day or one of the next two."),
    Definition("back-3-7", "Back within 3 to 7 days", "people",
               "Discharges after which a new stay began 3 to 7 days later."),
    Definition("back-8-29", "Back within 8 to 29 days", "people",
               "Discharges after which a new stay began 8 to 29 days later."),
    Definition("failed", "Failed discharges", "people",
               "Our own definition: back in hospital within 72 hours (by dates, 3 days); or found within 72 "
               "hours that the home could not be entered or lacked heat, water, power, food, bed or toilet; "
               "or found within 7 days that it is unsuitable."),
    Definition("died-days", "Nights waited by people who died", "nights",
               "Nights in ready periods of stays that ended in death; in no other figure."),
    Definition("waiting", "People waiting now", "people",
               "People in bed today who do not meet the criteria to reside."),
    Definition("waiting-days", "Their delay so far", "days",
               "Today minus the start of the running ready period, added up. Never add it to finished ones."),
    Definition("waiting-true-days", "Nights they waited so far", "nights",
               "Nights in every ready period of the stay up to today, added up."),
    Definition("waiting-median", "Median wait so far", "days",
               "Half of the people waiting have waited this many days or fewer in the running period."),
    Definition("waiting-ninetieth", "90th percentile of the wait so far", "days",
               "Nine in ten people waiting have waited this many days or fewer (nearest rank)."),
    Definition("waiting-without-reason", "Nights so far without a reason", "nights",
               "Waiting nights of people still in bed for which no national reason was recorded."),
    Definition("released-days", "Bed days released", "nights",
               "Days of the named comparison minus nights really waited, never below 0, for each person it "
               "applies to who had a ready date, added up."),
)
# fmt: on

DEFINITIONS: Mapping[str, Definition] = MappingProxyType({row.key: row for row in _ROWS})
