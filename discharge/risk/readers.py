"""How each rule reads the facts: from which instant, until which, a finding holds if nothing else changes.

A reader never asks what time it is. So the same answer serves both questions: what holds now, and when must
we look again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from discharge.calendar import add_working_days, spoken_day
from discharge.clocks import london_date, london_midnight
from discharge.codes.casework import PROPERTY_WITHDRAWAL_REASONS
from discharge.risk.facts import Answer, Equipment, RiskFacts, Work
from discharge.risk.rules import Rule, Threshold

ALWAYS = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A finding that holds in [`starts`, `ends`): about which subject, and the words for its fact."""

    threshold: Threshold
    starts: datetime
    ends: datetime | None = None
    subject: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


Reader = Callable[[RiskFacts, Rule], Iterable[Trigger]]


def _on(day: date | None, otherwise: str = "on a day nobody knows") -> str:
    return f"on {spoken_day(day)}" if day else otherwise


def _watched_from(facts: RiskFacts, rule: Rule) -> datetime:
    """Since when an unanswered item matters: now, unless leaving is known to be far away."""
    expected = facts.expected_discharge_on
    if expected is None or facts.ready_on or facts.check_completed_on or rule.watch_days is None:
        return ALWAYS
    return london_midnight(expected - DAY * rule.watch_days)


def _unanswered(facts: RiskFacts, rule: Rule, answers: Mapping[str, Answer]) -> Iterator[Trigger]:
    if not facts.in_hospital:
        return
    starts = _watched_from(facts, rule)
    for item, answer in answers.items():
        if not answer.fine:
            words = {"item": item.capitalize(), "value": answer.value}
            yield Trigger(rule.thresholds[0], starts, subject=item, words=words)


def safe_address(facts: RiskFacts, rule: Rule) -> Iterable[Trigger]:
    """Rule 1: no or unknown."""
    return _unanswered(facts, rule, {"safe address": facts.safe_address})


def heating_water_power(facts: RiskFacts, rule: Rule) -> Iterable[Trigger]:
    """Rule 2: any no or unknown, each on its own."""
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
                "item": item.item.replace("-", " ").capitalize(),
                "due": f"due {_on(item.due_on)}",
                "arrival": _on(facts.arrival_on),
            }
            yield Trigger(rule.thresholds[0], starts, subject=item.key, words=words)


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
        yield Trigger(threshold, begins, ends, subject=f"{threshold.value}-days", words=words)


def check_not_started(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 14: so many days before the expected date, and after it."""
    if facts.expected_discharge_on is None or facts.check_started_on or not facts.in_hospital:
        return
    threshold = rule.thresholds[0]
    starts = london_midnight(facts.expected_discharge_on - DAY * threshold.value)
    yield Trigger(threshold, starts, words={"expected": _on(facts.expected_discharge_on)})


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
    if facts.needed_by is None or not facts.in_hospital:
        return
    for work in facts.works:
        starts = _too_late_from(work, facts.needed_by)
        if starts is not None:
            words = {
                "item": work.item.replace("-", " ").capitalize(),
                "expected": _on(_expected_on(work), f"{work.lead_days} days after it is ordered"),
                "needed": f"by {spoken_day(facts.needed_by)}",
            }
            yield Trigger(rule.thresholds[0], starts, subject=work.key, words=words)


def no_contact(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 26: first any contact, then a visit; from the second threshold on only the second speaks."""
    left = facts.discharged_at
    if left is None or facts.in_hospital:
        return
    kinds = [contact.kind for contact in facts.contacts if contact.at >= left]
    call, visit = rule.thresholds
    call_due, visit_due = (left + timedelta(hours=threshold.value) for threshold in (call, visit))
    day = _on(london_date(left))
    if not kinds:
        yield Trigger(
            call, call_due, visit_due, subject="24-hours", words={"left": day, "contact": "contact"}
        )
    if "visit" not in kinds:
        yield Trigger(visit, visit_due, subject="72-hours", words={"left": day, "contact": "visit"})


def stopped_by_merge(facts: RiskFacts, rule: Rule) -> Iterator[Trigger]:
    """Rule 101: work that a merge stopped, until the same is begun again."""
    for work in facts.stopped_by_merge:
        words = {"item": work.item.replace("-", " ").capitalize(), "stopped": spoken_day(work.stopped_on)}
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
        words["what"] = f"{what} is not to be had any more ({why})"
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
    }
)
