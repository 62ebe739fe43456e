"""Why a night was spent waiting: the 37 national reasons, and our local ones that each point to a national
one.

Each person carries one national reason at a time, so housing disappears behind any other that is chosen.
Hence the local list: several at once, finer, and each says which national reason it counts under.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.codes.model import Code, CodeList

Group = Literal["hospital", "wellbeing", "hub", "interface", "capacity"]
Pathway = Literal["0", "1", "2", "3"]
Housing = Literal["yes", "partly", "no"]

IN_FORCE = date(2024, 5, 27)
NATIONAL_SOURCE = "NHS England acute discharge situation report, reasons in force from 27 May 2024"
LOCAL_SOURCE = "Homeward, mapped to the national list"


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalDelayReason(Code):
    """One of the 37 reasons; the codes are ours, because no national short codes are published.

    `housing` is "yes", "partly" (the reason also covers things outside the home) or "no".
    """

    group: Group
    pathways: tuple[Pathway, ...] = ()
    housing: Housing = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDelayReason(Code):
    """A local reason: the national one it counts under and the role that usually has to act."""

    national: str
    usual_owner: str


_NATIONAL: tuple[tuple[str, Group, str, tuple[Pathway, ...], Housing], ...] = (
    ("HP1", "hospital", "Formal decision to discharge awaited, including test results", (), "no"),
    ("HP2", "hospital", "Medical review of the need for supported discharge", (), "no"),
    ("HP3", "hospital", "Therapy review of the need for supported discharge", (), "partly"),
    ("HP4", "hospital", "Referral to the care transfer hub not yet made", (), "no"),
    ("HP5", "hospital", "Medicines to take home, letter or documents", (), "no"),
    ("HP6", "hospital", "Patient transport", (), "no"),
    ("HP7", "hospital", "Infection prevention restrictions", (), "no"),
    ("WC1", "wellbeing", "Person, family or carer worried about readiness", (), "no"),
    ("WC2", "wellbeing", "Mental capacity to be determined", (), "no"),
    ("WC3", "wellbeing", "Ongoing safeguarding concern", (), "no"),
    ("WC4", "wellbeing", "Discharge destination not ready", (), "yes"),
    ("CTH1", "hub", "Immediate care needs and pathway to be confirmed", (), "no"),
    ("CTH2", "hub", "Hub yet to make the necessary referrals", (), "partly"),
    ("CTH3", "hub", "Funding eligibility to be confirmed", (), "no"),
    ("IP1", "interface", "Home-based rehabilitation or reablement being arranged", ("1",), "no"),
    ("IP2", "interface", "Other home-based social care being arranged", ("1",), "no"),
    ("IP3", "interface", "Other home-based community health being arranged", ("1",), "no"),
    ("IP4", "interface", "Bed-based rehabilitation being arranged", ("2",), "no"),
    ("IP5", "interface", "Residential or nursing home being arranged", ("3",), "no"),
    ("IP6", "interface", "End-of-life care being arranged, including fast-track", ("1", "3"), "no"),
    ("IP7", "interface", "Self-funded package being arranged", (), "no"),
    ("IP8", "interface", "Choice discussions about the package", (), "no"),
    ("IP9", "interface", "Housing for a homeless person being arranged", ("0", "1"), "yes"),
    ("IP10", "interface", "Homeless with no recourse to public funds", (), "yes"),
    ("IP11", "interface", "Out-of-area arrangements asked for, not complete", (), "no"),
    ("IP12", "interface", "Further action asked for by the agreed provider", (), "no"),
    ("CA1", "capacity", "Restart of existing social care", ("0",), "no"),
    ("CA2", "capacity", "Home-based rehabilitation or reablement not available", ("1",), "no"),
    ("CA3", "capacity", "Other home-based social care not available", ("1",), "no"),
    ("CA4", "capacity", "Other home-based community health not available", ("1",), "no"),
    ("CA5", "capacity", "Bed-based rehabilitation not available", ("2",), "no"),
    ("CA6", "capacity", "Mental-health inpatient care not available", ("2",), "no"),
    ("CA7", "capacity", "Residential or nursing care not available", ("3",), "no"),
    ("CA8", "capacity", "End-of-life care not available, including fast-track", ("1", "3"), "no"),
    ("CA9", "capacity", "Equipment and training not delivered", ("1", "2", "3"), "yes"),
    ("CA10", "capacity", "Housing adaptations not completed", ("1", "3"), "yes"),
    ("CA11", "capacity", "Housing not available", ("0", "1"), "yes"),
)

_LOCAL: tuple[tuple[str, str, str, str], ...] = (
    ("home-check-waiting", "Home suitability check not done", "WC4", "coordinator"),
    ("home-visit-waiting", "Occupational therapist's home visit not done", "HP3", "therapy"),
    ("adaptation-minor", "Minor adaptation not fitted", "CA10", "adaptations-service"),
    ("adaptation-major", "Major adaptation not completed", "CA10", "adaptations-service"),
    ("adaptation-grant", "Grant for an adaptation not decided", "CA10", "council"),
    ("adaptation-permission", "Landlord's permission for an adaptation awaited", "CA10", "landlord"),
    ("equipment-not-delivered", "Equipment not delivered or fitted", "CA9", "equipment-service"),
    ("equipment-training", "Training in the equipment not done", "CA9", "equipment-service"),
    ("telecare-not-fitted", "Pendant or telecare not fitted and tested", "CA9", "equipment-service"),
    ("repairs", "Repairs at home not done", "WC4", "landlord"),
    ("hazard", "Hazard at home not dealt with", "WC4", "landlord"),
    ("heating-water-power", "Heating, water or power off", "WC4", "landlord"),
    ("clearing-cleaning", "Home needs clearing or cleaning", "WC4", "coordinator"),
    ("keys-access", "Keys or way in not proven", "WC4", "coordinator"),
    ("food-furniture", "Food, bed or furniture missing", "WC4", "coordinator"),
    ("no-suitable-home", "No suitable home found", "CA11", "landlord"),
    ("offer-waiting", "Answer to an offer of a home awaited", "CA11", "coordinator"),
    ("letting-waiting", "Home let but not ready to move into", "CA11", "landlord"),
    ("step-down-full", "No step-down place free", "CA11", "council"),
    ("duty-to-refer-waiting", "Homelessness referral to the council not made", "CTH2", "ward"),
    ("homeless-assessment", "Council's homelessness decision awaited", "IP9", "council"),
    ("temporary-accommodation", "Temporary accommodation being found", "IP9", "council"),
    ("no-recourse", "Homeless with no recourse to public funds", "IP10", "council"),
    ("out-of-area", "Home or care asked for in another area", "IP11", "council"),
    ("safety-plan", "Safety from abuse not settled", "WC3", "safeguarding"),
    ("capacity-decision", "Capacity to decide where to live not settled", "WC2", "ward"),
    ("person-worried", "Person or family worried about going home", "WC1", "ward"),
    ("care-restart", "Existing care not restarted", "CA1", "adult-social-care"),
    ("reablement", "Reablement at home not available", "CA2", "adult-social-care"),
    ("care-at-home", "New care at home not available", "CA3", "adult-social-care"),
    ("choice", "Choice of home or package being discussed", "IP8", "coordinator"),
    ("funding", "Funding not decided", "CTH3", "council"),
    ("medicines-letter", "Medicines or letter not ready", "HP5", "ward"),
    ("transport", "Transport home not arranged", "HP6", "ward"),
)

NATIONAL_DELAY_REASONS = CodeList(
    "national-delay-reasons",
    tuple(
        NationalDelayReason(
            code=code,
            label=label,
            source=NATIONAL_SOURCE,
            from_on=IN_FORCE,
            group=group,
            pathways=pathways,
            housing=housing,
        )
        for code, group, label, pathways, housing in _NATIONAL
    ),
)

LOCAL_DELAY_REASONS = CodeList(
    "local-delay-reasons",
    tuple(
        LocalDelayReason(
            code=code,
            label=label,
            source=LOCAL_SOURCE,
            from_on=IN_FORCE,
            national=national,
            usual_owner=owner,
        )
        for code, label, national, owner in _LOCAL
    ),
)


def delay_reason_label(code: str) -> str:
    """Return the label of a national or local reason."""
    return (
        LOCAL_DELAY_REASONS.label(code)
        if LOCAL_DELAY_REASONS.known(code)
        else NATIONAL_DELAY_REASONS.label(code)
    )


def national_reason(code: str) -> str | None:
    """Return the national reason under which a local one counts; None for a code that was never in the
    list.
    """
    return next((row.national for row in LOCAL_DELAY_REASONS if row.code == code), None)
