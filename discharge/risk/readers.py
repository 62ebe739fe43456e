"""How each rule reads the facts: from which instant, until which, a finding holds if nothing else changes.

A reader never asks what time it is. So the same answer serves both questions: what holds now, and when must
we look again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from discharge.calendar import add_working_days, spoken_day, spoken_moment
from discharge.cases.actions import ACTIONS, MISSED
from discharge.cases.follow_ups import contact_words
from discharge.clocks import london_midnight
from discharge.codes.after_discharge import UNREADY_REASONS
from discharge.codes.casework import (
    PROPERTY_WITHDRAWAL_REASONS,
    STOPPED_BY_DEATH,
    STOPPED_BY_MERGE,
)
from discharge.risk.facts import Answer, Equipment, Owed, RiskFacts, Work
from discharge.risk.rules import Rule, Threshold

ALWAYS = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A finding that holds in [`starts`, `ends`): about which subject, and the words for its fact.

    Rules that speak of the same thing name the same `cause`; without one it is the rule with its subject.
    """

    threshold: Threshold
    starts: datetime
    ends: datetime | None = None
    subject: str = ""
    cause: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


Reader = Callable[[RiskFacts, Rule], Iterable[Trigger]]


def _on(day: date | None, otherwise: str = "on a day nobody knows") -> str:
    return f"on {spoken_day(day)}" if day else otherwise


def _named(item: str) -> str:
    """What an order is about, at the beginning of a sentence: rehousing is named without its size."""
    return item.partition(":")[0].replace("-", " ").capitalize()


def _unanswered(facts: RiskFacts, rule: Rule, answers: Mapping[str, Answer]) -> Iterator[Trigger]:
    """What the check left open. Until it is complete, the missing check itself is the one thing to tell."""
    if not facts.home_watched or not facts.checked:
        return
    for item, answer in answers.items():
        if not answer.fine:
            words = {"item": item.capitalize(), "value": answer.value}
            yield Trigger(rule.thresholds[0], ALWAYS, subject=item, words=words)


def safe_address(facts: RiskFacts, rule: Rule) -> Iterable[Trigger]:
    """Rule 1: no or unknown."""
    return _unanswered(facts, rule, {"safe address": facts.safe_address})


def heating_water_power(facts: RiskFacts, rule: Rule) -> Iterable[Trigger]:
    """Rule 2: any no or unknown, each on its own; nobody without a home is asked about its heating."""
    if not facts.has_home:
        return ()
    return _unanswered(facts, rule, {"heating": facts.heating, "water": facts.water, "power": facts.power})


def _equipment_late_from(item: Equipment, arrival: date | None) -> datetime | None:
    if arrival is not None and (item.due_on is None or item.due_on > arrival):
        return ALWAYS
    return london_midnight(item.due_on + DAY) if item.due_on else None


def equipment_not_fitted(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 4: due after arrival, due on a day nobody knows, or overdue."""
    for item in facts.equipment:
        starts = None if item.fitted_on else _equipment_late_from(item, facts.arrival_on)
        if starts is not None:
            words = {
                "item": _named(item.item),
                "due": f"due {_on(item.due_on)}",
                "arrival": _on(facts.arrival_on),
            }
            yield Trigger(rule.thresholds[0], starts, subject=item.key, cause=_work(item.key), words=words)


def _work(key: str) -> str:
    """One order is one cause, whether it is late, overdue or will be."""
    return f"work/{key}"


def homeless_not_referred(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 10: more than so many working days after the flag."""
    if facts.homeless != "yes" or facts.duty_to_refer_on:
        return
    threshold = rule.thresholds[0]
    starts = ALWAYS
    if facts.flagged_on:
        starts = london_midnight(add_working_days(facts.flagged_on, threshold.value + 1))
    yield Trigger(threshold, starts, words={"flagged": _on(facts.flagged_on)})


def long_delay(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 12: the highest threshold reached speaks alone."""
    if facts.ready_on is None or not facts.in_hospital:
        return
    starts = [london_midnight(facts.ready_on + DAY * threshold.value) for threshold in rule.thresholds]
    for threshold, begins, ends in zip(rule.thresholds, starts, [*starts[1:], None], strict=True):
        words = {"ready": spoken_day(facts.ready_on)}
        yield Trigger(threshold, begins, ends, f"{threshold.value}-days", cause=rule.id, words=words)


def check_not_started(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 14: so many days before the expected date, or at once where nobody knows one; it stops on the day
    itself, and for somebody who is ready to leave. Once they live there, rule 104 tells it.
    """
    if facts.checked or not facts.home_watched:
        return
    soon, now = rule.thresholds
    expected = facts.expected_discharge_on
    gone = facts.ready_on is not None or facts.unready is not None
    loud = ALWAYS if gone else london_midnight(expected) if expected else None
    words = {
        "leaving": _leaving(facts),
        "check": "is not complete" if facts.check_started_on else "has not begun",
    }
    starts = london_midnight(expected - DAY * soon.value) if expected else ALWAYS
    if facts.in_community and facts.referred_on:
        starts = london_midnight(facts.referred_on + DAY * soon.value)
    if not gone:
        yield Trigger(soon, starts, loud, words=words)
    if loud is not None:
        yield Trigger(now, loud, words=words)


def _leaving(facts: RiskFacts) -> str:
    if facts.in_community:
        since = f" since {spoken_day(facts.referred_on)}" if facts.referred_on else ""
        return f"waits at home{since}"
    if facts.ready_on is not None:
        return f"has been ready to leave since {spoken_day(facts.ready_on)}"
    if facts.expected_discharge_on is not None:
        return f"is expected to leave {_on(facts.expected_discharge_on)}"
    return "may leave on a day nobody knows"


def _expected_on(work: Work) -> date | None:
    if work.due_on:
        return work.due_on
    if work.started_on and work.lead_days is not None:
        return work.started_on + DAY * work.lead_days
    return None


def _too_late_from(work: Work, needed_by: date) -> datetime | None:
    """Since when lead time left exceeds days left; work that has begun but is late has no lead time left."""
    expected = _expected_on(work)
    if expected is not None:
        return ALWAYS if expected > needed_by else london_midnight(needed_by + DAY)
    if work.lead_days is None:
        return None
    return london_midnight(needed_by - DAY * work.lead_days + DAY)


def lead_time_too_long(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 15: the days the work still takes exceed the days until it is needed."""
    if facts.needed_by is None or not facts.home_watched:
        return
    for work in facts.works:
        starts = _too_late_from(work, facts.needed_by)
        if starts is not None:
            words = {
                "item": _named(work.item),
                "expected": _on(_expected_on(work), f"{work.lead_days} days after it is ordered"),
                "needed": f"by {spoken_day(facts.needed_by)}",
            }
            yield Trigger(rule.thresholds[0], starts, subject=work.key, cause=_work(work.key), words=words)


def no_contact(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 26: each contact that was missed, or tried in vain, until somebody reaches the person."""
    for owed in _owed(facts, rule):
        words = {
            "contact": contact_words(owed.subject, "A contact"),
            "what": "nobody recorded it by"
            if owed.what == _MISSED
            else "tried, and the person was not reached",
            "due": spoken_moment(owed.opened_at),
        }
        yield Trigger(rule.thresholds[0], ALWAYS, subject=owed.key, words=words)


_MISSED = ACTIONS.label(MISSED)


def _owed(facts: RiskFacts, rule: Rule) -> Iterator[Owed]:
    return (owed for owed in facts.owed if owed.rule == rule.id)


def answer_owed(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rules 105 to 108, and 112 to 114: until it is answered, and louder once it is due."""
    by_level = {threshold.level: threshold for threshold in rule.thresholds}
    for owed in _owed(facts, rule):
        words = {"what": owed.what, "opened": _at(owed.opened_at)}
        if owed.urgent and "STOP" in by_level:
            words["due"] = f"is due {_at(owed.due_at)}"
            yield Trigger(by_level["STOP"], ALWAYS, subject=owed.key, words=words)
            continue
        is_due, was_due = ({**words, "due": f"{tense} due {_at(owed.due_at)}"} for tense in ("is", "was"))
        yield Trigger(by_level["RED"], ALWAYS, owed.due_at, subject=owed.key, words=is_due)
        yield Trigger(by_level["RED+"], owed.due_at, subject=owed.key, words=was_due)


def _at(instant: datetime) -> str:
    return f"on {spoken_moment(instant)}"


def home_not_ready(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 104: somebody left for a home that is not ready, until all of it is answered."""
    if facts.unready is None:
        return
    why = facts.unready.reason
    words = {
        "left": _on(facts.unready.left_on),
        "blockers": "; ".join(facts.unready.blockers),
        "reason": f"Reason given: {UNREADY_REASONS.label(why)}" if why else "Nobody gave a reason",
    }
    yield Trigger(rule.thresholds[0], ALWAYS, words=words)


def work_overdue(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 109: so many days after the day it was due."""
    for work in facts.overdue:
        if work.due_on is not None:
            starts = london_midnight(work.due_on + DAY * rule.thresholds[0].value)
            words = {"item": _named(work.item), "due": _on(work.due_on)}
            yield Trigger(rule.thresholds[0], starts, subject=work.key, cause=_work(work.key), words=words)


def ready_not_leaving(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 110: so many days since both the home and the person are ready; the higher threshold alone."""
    person = facts.ready_on or facts.expected_discharge_on
    if facts.home_ready_on is None or person is None or not facts.in_hospital:
        return
    since = max(facts.home_ready_on, person)
    starts = [london_midnight(since + DAY * threshold.value) for threshold in rule.thresholds]
    for threshold, begins, ends in zip(rule.thresholds, starts, [*starts[1:], None], strict=True):
        yield Trigger(threshold, begins, ends, words={"since": f"since {spoken_day(since)}"})


STOPPED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        STOPPED_BY_MERGE: "two records were taken for one person, and they are two again",
        STOPPED_BY_DEATH: "the person was said to have died, and that was taken back",
    }
)


def stopped_by_merge(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 101: work that a merge, or a death, stopped wrongly, until the same is begun again."""
    for work in facts.stopped_by_merge:
        words = {
            "item": _named(work.item),
            "stopped": spoken_day(work.stopped_on),
            "why": STOPPED_WORDS.get(work.because, "the case ended"),
        }
        yield Trigger(rule.thresholds[0], ALWAYS, subject=work.key, words=words)


def home_lost(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 102: a home that its landlord took back, or that nobody answered for in time."""
    taken_back, unanswered = rule.thresholds
    for home in facts.homes_lost:
        words = {"day": spoken_day(home.ended_on)}
        if home.how == "lapsed":
            words["what"] = "The offer of a home ended without an answer"
            yield Trigger(unanswered, ALWAYS, subject=home.key, words=words)
            continue
        why = PROPERTY_WITHDRAWAL_REASONS.label(home.because or "other").lower()
        what = "The home that the person had accepted" if home.accepted else "The home that was offered"
        words["what"] = f"{what} is no longer available ({why})"
        yield Trigger(taken_back, ALWAYS, subject=home.key, words=words)


def work_for_former_home(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 103: an order for the home that the person has left for another one."""
    for work in facts.for_former_home:
        words = {"item": work.item.replace("-", " ").capitalize()}
        yield Trigger(rule.thresholds[0], ALWAYS, subject=work.key, words=words)


def doubtful_stay(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 111: what the trust says of a stay cannot all be, until it is corrected."""
    for stay in facts.doubtful_stays:
        words = {"doubts": "; ".join(stay.doubts)}
        yield Trigger(rule.thresholds[0], ALWAYS, subject=stay.key, words=words)


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "no-safe-address": safe_address,
        "no-heating-water-power": heating_water_power,
        "equipment-not-fitted": equipment_not_fitted,
        "homeless-not-referred": homeless_not_referred,
        "long-delay": long_delay,
        "check-not-started": check_not_started,
        "lead-time-too-long": lead_time_too_long,
        "no-contact-after-discharge": no_contact,
        "stopped-by-merge": stopped_by_merge,
        "home-lost": home_lost,
        "work-for-former-home": work_for_former_home,
        "doubtful-stay": doubtful_stay,
        "home-not-ready-person-in-it": home_not_ready,
        "problem-at-home": answer_owed,
        "back-in-hospital": answer_owed,
        "left-by-own-decision": answer_owed,
        "death-taken-back": answer_owed,
        "person-deleted": answer_owed,
        "whereabouts": answer_owed,
        "left-before-accepted": answer_owed,
        "work-overdue": work_overdue,
        "ready-not-leaving": ready_not_leaving,
    }
)
