"""What each figure of the bed-days report counts, in one or two sentences that stand beside the number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from discharge.codes.bands import Band
from discharge.outcomes.readmission import READMISSION_BANDS

Unit = Literal["people", "days", "nights", "percent"]


@dataclass(frozen=True, slots=True)
class Definition:
    """The label, unit and definition of one figure."""

    key: str
    label: str
    unit: Unit
    definition: str


def back_in(band: Band) -> str:
    """Return the key of the figure that counts the readmissions of a band."""
    return f"back-{band.code}"


def _of_bands() -> Iterator[Definition]:
    for band in READMISSION_BANDS.rows:
        yield Definition(
            back_in(band),
            f"Back within {band.label}",
            "people",
            f"Readmissions {band.label} after the discharge.",
        )


# fmt: off
_ROWS: tuple[Definition, ...] = (
    Definition("discharges", "Discharges", "people",
               "Stays of our cases that ended in the period, other than by death."),
    Definition("same-day", "Left on the day they were ready", "people",
               "Discharges on the day that the person was ready. Discharges without a ready date "
               "are counted apart."),
    Definition("delayed", "Left later", "people",
               "Discharges with a published delay of 1 day or more."),
    Definition("percent-delayed", "Share who left later", "percent",
               "Discharges with a published delay of 1 day or more, of all discharges; a discharge "
               "without a ready date does not count as delayed (NHS England)."),
    Definition("published-days", "Delay days as published", "days",
               "Date of discharge minus the start of the last ready period, added up (NHS England)."),
    Definition("true-days", "Nights waited", "nights",
               "Nights in bed in every ready period, added up; stays without a ready date are left out."),
    Definition("mean-with-zeros", "Average delay, all discharges", "days",
               "Mean published delay, including discharges on the same day and without a ready "
               "date, which count as 0 (NHS England)."),
    Definition("mean-without-zeros", "Average delay, delayed discharges", "days",
               "Mean published delay of those who waited 1 day or more."),
    Definition("median", "Median delay", "days",
               "Half of the discharges with a ready date had a published delay of this many days or fewer."),
    Definition("ninetieth", "90th percentile of delay", "days",
               "Nine in ten discharges with a ready date had a published delay of this many days or fewer "
               "(nearest rank)."),
    Definition("assumed", "Delay assumed to be 0", "people",
               "Discharges without a ready date. The guidance counts them as not delayed. They "
               "are in no median and in no other band."),
    Definition("held-days", "Nights delayed by the home", "nights",
               "Nights ready on which a recorded reason, national or local, was the home itself."),
    Definition("without-reason", "Nights without a reason", "nights",
               "Waiting nights for which no national delay reason was recorded at midnight."),
    Definition("outside", "Nights left out", "nights",
               "Nights recorded as ready before the admission or after the discharge of their "
               "stay. They are in no other figure; correct the dates."),
    Definition("readmitted", "Readmitted", "people",
               "Discharges followed within 0 to 29 days by an emergency stay, or by a stay of "
               "unknown kind. The latest discharges may still be followed by one."),
    *_of_bands(),
    Definition("back-unknown", "Readmitted, kind not known", "people",
               "Readmissions for which the trust does not say whether they were planned."),
    Definition("back-planned", "Returned as planned", "people",
               "Discharges followed within 0 to 29 days by a booked stay, a birth or a move from "
               "another hospital. These are not readmissions."),
    Definition("failed", "Failed discharges", "people",
               "Our own definition: discharges with at least one of the grounds in the list "
               "failed-discharges, as in force on the day of discharge; for instance a readmission within "
               "3 days, or a home that could not be entered."),
    Definition("died-days", "Nights waited by people who died", "nights",
               "Nights in ready periods of stays that ended in death; in no other figure."),
    Definition("waiting", "People waiting now", "people",
               "People of our open cases in bed today who do not meet the criteria to reside."),
    Definition("waiting-days", "Their delay so far", "days",
               "Today minus the start of the running ready period, added up. Never add it to finished ones."),
    Definition("waiting-true-days", "Nights they waited so far", "nights",
               "Nights in every ready period of the stay up to today, added up."),
    Definition("waiting-median", "Median wait so far", "days",
               "Half of the people waiting have waited this many days or fewer in the running period."),
    Definition("waiting-ninetieth", "90th percentile of the wait so far", "days",
               "Nine in ten people waiting have waited this many days or fewer (nearest rank)."),
    Definition("waiting-held-days", "Nights so far delayed by the home", "nights",
               "Waiting nights of people still in bed on which a recorded reason was the home itself."),
    Definition("waiting-without-reason", "Nights so far without a reason", "nights",
               "Waiting nights of people still in bed for which no national reason was recorded."),
    Definition("lets", "Homes let", "people",
               "People of our cases to whom a home was let in the period."),
    Definition("start-to-let-mean", "Average from start to letting", "days",
               "Mean of the days from the start of the rehousing to the letting. These are not "
               "nights in a bed."),
    Definition("start-to-let-median", "Median from start to letting", "days",
               "Half of the homes were let within this many days of the start of the rehousing."),
    Definition("let-sooner-days", "Days let sooner", "days",
               "Days of the named comparison minus days from start to letting, added up; a home "
               "let later subtracts. Only a comparison of lettings is used."),
    Definition("released-days", "Bed days released", "nights",
               "Nights of the named comparison minus ready nights delayed by the home, never "
               "below 0, for each person whom the home delayed by at least one night, added up. "
               "Only a comparison of nights is used."),
)
# fmt: on

DEFINITIONS: Mapping[str, Definition] = MappingProxyType({row.key: row for row in _ROWS})
