"""The risk rules as rows of data. An engine reads them; adding a rule adds a row here and a reader there.

No rule adds up a score: each names its fact, its threshold and its source, and suggests one thing to do. A
threshold marked as a choice is ours and can be changed; the others come from the source named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from discharge.cases.model import Alert, Case

Level = Literal["STOP", "RED+", "RED", "AMBER"]
Unit = Literal["days", "working-days", "hours", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From which value a rule speaks, how loudly, and how that is said. `choice` marks a value that is
    ours.
    """

    level: Level
    words: str
    value: int = 0
    unit: Unit = "state"
    choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One risk rule, valid from a day.

    `fact` is a template for the sentence that names the fact. `ladder` names the roles that an ignored alert
    climbs; `clock` names the clock by which it is taken on, where that of its level is too long. `told_by`
    names the rule that says the same and more: while that one speaks, this one has no alert of its own.
    """

    id: str
    number: int
    title: str
    thresholds: tuple[Threshold, ...]
    fact: str
    source: str
    action: str
    ladder: tuple[str, ...]
    from_on: date = date(2024, 1, 1)
    clock: str | None = None
    told_by: str | None = None

    @property
    def owner_role(self) -> str:
        """The role that hears of it first."""
        return self.ladder[0]


LEVELS: tuple[Level, ...] = ("STOP", "RED+", "RED", "AMBER")
"""The levels, the loudest first."""


def louder(one: str, than: str) -> bool:
    """Whether a level is louder than another; a level we do not know is the quietest."""
    return _loudness(one) < _loudness(than)


def loudest_first(case: Case) -> list[Alert]:
    """The open alerts of a case: the loudest, then the oldest first; those taken on after the others."""
    return sorted(
        case.open_alerts,
        key=lambda alert: (alert.acknowledged_at is not None, _loudness(alert.level), alert.raised_at),
    )


def _loudness(level: str) -> int:
    return next((place for place, known in enumerate(LEVELS) if known == level), len(LEVELS))


CLOCK_OF_LEVEL: Mapping[str, str] = MappingProxyType(
    {"STOP": "alert-stop", "RED+": "alert-red-plus", "RED": "alert-red", "AMBER": "alert-amber"}
)
"""Level -> the clock by which an alert is taken on, where its rule names none of its own."""

HARM_TODAY = "alert-harm-today"

UNREADY = "home-not-ready-person-in-it"
"""Names the missing check, or each gated item with its answer: a second alert of one of them says no more.
What says when work is due, or what somebody at home reported, keeps an alert of its own.
"""

HOME_LADDER = ("coordinator", "discharge-team", "trust-monitor")
WARD_LADDER = ("discharge-team", "trust-monitor")

RULES: tuple[Rule, ...] = (
    Rule(
        id="no-safe-address",
        number=1,
        title="No confirmed safe address",
        thresholds=(Threshold(level="STOP", words="a safe address is confirmed"),),
        fact="No safe address is confirmed: the answer is {value}.",
        source="Duty to refer guidance for NHS trusts; Healthwatch and Ombudsman reports on unsafe discharge",
        action="Confirm with the person where they will go, or begin rehousing or a homelessness referral.",
        told_by=UNREADY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="no-heating-water-power",
        number=2,
        title="Heating, water or power not confirmed",
        thresholds=(Threshold(level="STOP", words="heating, water and power are each confirmed"),),
        fact="{item} at home is not confirmed: the answer is {value}.",
        source="Healthwatch England on safe discharge checklists, which left out heating and water",
        action="Ring the home, the landlord or a relative; open a basics strand when it does not work.",
        told_by=UNREADY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="equipment-not-fitted",
        number=4,
        title="Essential equipment not fitted in time",
        thresholds=(Threshold(level="STOP", words="essential equipment is fitted by the day of arrival"),),
        fact="{item} is {due} and the person is expected home {arrival}.",
        source="Red Cross and Healthwatch, 590 people's stories; national delay reason CA9",
        action="Ask the equipment service for an earlier day, or record a mitigation until then.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="homeless-not-referred",
        number=10,
        title="Homeless or at risk, and no referral to a council",
        thresholds=(
            Threshold(
                level="RED",
                value=1,
                unit="working-days",
                words="more than 1 working day after the flag",
                choice=True,
            ),
        ),
        fact="Homelessness was flagged {flagged} and no referral to a council is recorded.",
        source="Housing Act 1996 section 213B (duty to refer)",
        action="Ask for the person's consent and which council they choose, then make the referral.",
        ladder=WARD_LADDER,
    ),
    Rule(
        id="long-delay",
        number=12,
        title="Ready to leave and still waiting",
        thresholds=(
            Threshold(level="AMBER", value=7, unit="days", words="7 days or more"),
            Threshold(level="RED", value=14, unit="days", words="14 days or more"),
            Threshold(level="RED+", value=21, unit="days", words="21 days or more"),
        ),
        fact="The person has been ready to leave since {ready}.",
        source="NHS England discharge ready date bands; urgent and emergency care plan 2025/26",
        action="Look at the reason of each night and who owns it, and agree a date with them.",
        ladder=WARD_LADDER,
    ),
    Rule(
        id="check-not-started",
        number=14,
        title="Leaving soon and the home not checked",
        thresholds=(
            Threshold(
                level="RED",
                value=5,
                unit="days",
                words="expected within 5 days, or on a day nobody knows, and the check not complete",
                choice=True,
            ),
            Threshold(level="STOP", words="ready to leave or expected today, and not checked"),
        ),
        fact="The person {leaving} and the home check {check}.",
        source="NICE NG27, recommendations 1.3.3 to 1.5.18; plan for discharge from the start (NHS England)",
        action="Complete the home check today: until then nobody knows whether the home is safe.",
        told_by=UNREADY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="lead-time-too-long",
        number=15,
        title="Work takes longer than there is time",
        thresholds=(Threshold(level="RED", unit="days", words="lead time longer than the days left"),),
        fact="{item} is expected {expected} and needed {needed}.",
        source="Disabled Facilities Grant delivery guidance, March 2022; lead-time table",
        action="Ask for an earlier day, find an interim measure, or plan a step-down place.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="no-contact-after-discharge",
        number=26,
        title="Nobody has been in touch since discharge",
        thresholds=(Threshold(level="RED", words="each contact made by the hour it is due", choice=True),),
        fact="{contact}: {what} {due}.",
        source="NICE NG27 section 1.5 (follow-up within 24 to 72 hours); Red Cross, 590 people's stories",
        action="Ring or visit the person now; if nobody answers, ask a relative, neighbour or the landlord.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="stopped-by-merge",
        number=101,
        title="Work stopped by a record that was later corrected",
        thresholds=(
            Threshold(level="RED", words="started again once a merge or a death is undone", choice=True),
        ),
        fact="{item} was cancelled on {stopped}, because {why}. It has not been started again.",
        source="Homeward: house rule on merges that are undone, and deaths that are taken back",
        action="Order it again, or say in a note why it is no longer needed.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="home-lost",
        number=102,
        title="A home was lost",
        thresholds=(
            Threshold(level="RED", words="no home that was offered is withdrawn", choice=True),
            Threshold(level="AMBER", words="every offer is answered by its day", choice=True),
        ),
        fact="{what}, since {day}. No other home is offered.",
        source="Homeward: house rule on offers",
        action="Tell the person, and offer another home.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="work-for-former-home",
        number=103,
        title="Ordered for the previous home",
        thresholds=(Threshold(level="RED", words="nothing is open that was ordered for the previous home"),),
        fact="{item} was ordered for the previous home, and another home is let to the person now.",
        source="Homeward: house rule on moving",
        action="Cancel the order, or move it to the new home.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="doubtful-stay",
        number=111,
        title="The hospital's times contradict each other",
        thresholds=(Threshold(level="RED", words="a stay whose times are all possible", choice=True),),
        fact="The hospital stay is doubtful: {doubts}. The hospital's latest message was used.",
        source="Homeward: house rule on times that contradict each other (HL7 UK A.3: EVN-6, PV1-44, PV1-45)",
        action="Ask the ward whether the person is in hospital, and to correct the dates in its system.",
        ladder=WARD_LADDER,
    ),
    Rule(
        id=UNREADY,
        number=104,
        title="The person is in a home that is not ready",
        thresholds=(Threshold(level="STOP", words="nobody leaves for a home that is not ready"),),
        fact="The person left hospital {left} and the home is not ready: {blockers}. {reason}.",
        source="Ombudsman and Healthwatch reports on unsafe discharge; Homeward: house rule on the gate",
        action="Ring the person or visit now. Answer each item, or record a mitigation.",
        clock=HARM_TODAY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="problem-at-home",
        number=105,
        title="Something is wrong at home",
        thresholds=(
            Threshold(level="STOP", words="answered within the hour", choice=True),
            Threshold(level="RED", words="answered within the day", choice=True),
            Threshold(level="RED+", words="answered by the time it is due", choice=True),
        ),
        fact="{what}, reported {opened}; an answer {due}.",
        source="Red Cross and Healthwatch, 590 people's stories; Ombudsman on unsafe discharge",
        action="Put it right, or agree who does and by when, and record the answer.",
        clock=HARM_TODAY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="back-in-hospital",
        number=106,
        title="Back in hospital after a discharge",
        thresholds=(
            Threshold(level="RED", words="looked into within the day", choice=True),
            Threshold(level="RED+", words="looked into by the time it is due", choice=True),
        ),
        fact="{what}, known {opened}; an answer {due}.",
        source="NHS Digital indicator I02040; failed discharge by our own definition",
        action="Find out whether the home, equipment, care or access was the reason, and record it.",
        ladder=WARD_LADDER,
    ),
    Rule(
        id="left-by-own-decision",
        number=107,
        title="Self-discharge",
        thresholds=(
            Threshold(level="STOP", words="a person without a home reached within the hour", choice=True),
            Threshold(level="RED", words="reached within the day", choice=True),
            Threshold(level="RED+", words="reached by the time it is due", choice=True),
        ),
        fact="{what}. It is known {opened}; a welfare contact {due}.",
        source="Ombudsman on unsafe discharge; duty to refer guidance for NHS trusts",
        action="Reach the person, and record how they are; those without a home first.",
        clock=HARM_TODAY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="death-taken-back",
        number=108,
        title="A death was taken back",
        thresholds=(
            Threshold(level="RED", words="looked at within the hour", choice=True),
            Threshold(level="RED+", words="looked at by the time it is due", choice=True),
        ),
        fact="{what}. It is known {opened}; an answer {due}.",
        source="Homeward: house rule on deaths that are taken back",
        action="Order again what was stopped, and inform everybody who was told of the death.",
        clock=HARM_TODAY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="person-deleted",
        number=112,
        title="The hospital deleted the person's record",
        thresholds=(
            Threshold(level="RED", words="looked into within the day", choice=True),
            Threshold(level="RED+", words="looked into by the time it is due", choice=True),
        ),
        fact="{what}. It is known {opened}; an answer {due}.",
        source="HL7 2.4 chapter 3, A29; Homeward: house rule on deleted records",
        action=(
            "Ask the ward who is in the bed. Go on with the case, close it, or mark it as entered in error; "
            "join two records of one person on the page duplicates."
        ),
        ladder=WARD_LADDER,
    ),
    Rule(
        id="whereabouts",
        number=113,
        title="Find out where the person is",
        thresholds=(
            Threshold(level="RED", words="looked into within the hour", choice=True),
            Threshold(level="RED+", words="looked into by the time it is due", choice=True),
        ),
        fact="{what}. It is known {opened}; an answer {due}.",
        source="Homeward: house rule on where the person is",
        action="Ask the ward, or ring the person, tell those who were told otherwise, and record the answer.",
        clock=HARM_TODAY,
        ladder=WARD_LADDER,
    ),
    Rule(
        id="left-before-accepted",
        number=114,
        title="Left before anybody accepted the referral",
        thresholds=(
            Threshold(level="RED", words="accepted within the hour", choice=True),
            Threshold(level="RED+", words="accepted by the time it is due", choice=True),
        ),
        fact="{what}. It is known {opened}; an answer {due}.",
        source="Ombudsman on unsafe discharge; Homeward: house rule on referrals",
        action="Accept the referral, ring the person and check the home; or close the case.",
        clock=HARM_TODAY,
        ladder=HOME_LADDER,
    ),
    Rule(
        id="work-overdue",
        number=109,
        title="Work is overdue",
        thresholds=(Threshold(level="AMBER", value=1, unit="days", words="1 day past the day it was due"),),
        fact="{item} was due {due} and is not done.",
        source="Homeward: house rule; Disabled Facilities Grant delivery guidance, March 2022",
        action="Ask for a new day, and tell the ward; find an interim measure if the person waits for it.",
        ladder=HOME_LADDER,
    ),
    Rule(
        id="ready-not-leaving",
        number=110,
        title="Home and person are ready, but the person has not left",
        thresholds=(
            Threshold(level="AMBER", value=1, unit="days", words="1 day or more", choice=True),
            Threshold(level="RED", value=3, unit="days", words="3 days or more", choice=True),
        ),
        fact="The home and the person have been ready {since}, and no discharge is recorded.",
        source="NHS England: discharge on the day somebody is ready; Homeward's choice of days",
        action="Agree the day and the transport, or record why the person still waits.",
        ladder=WARD_LADDER,
    ),
)
"""Numbers are those of our list of risks; from 101 on they are ours."""

RULES_BY_ID: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})
