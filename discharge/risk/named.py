"""The facts that rules ask for by name, as both floors contribute them. A further one that needs nothing
but the case is a row of `case_facts.py`.

A provider takes from the facts of a case what is known of each subject, in words as well. It never asks what
time it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from discharge.calendar import spoken_day, spoken_moment
from discharge.cases.actions import ACTIONS, MISSED
from discharge.cases.follow_ups import contact_words
from discharge.codes.after_discharge import UNREADY_REASONS
from discharge.codes.casework import (
    PROPERTY_WITHDRAWAL_REASONS,
    STOPPED_BY_DEATH,
    STOPPED_BY_MERGE,
)
from discharge.risk.case_facts import CASE_FACTS
from discharge.risk.conditions import DAY, FactKind, Known
from discharge.risk.facts import Equipment, FactAnswer, LostHome, Owed, RiskFacts, Work

Provider = Callable[[RiskFacts, str], Iterable[Known]]
"""The facts of a case, and the rule that asks -> what is known of each subject."""


class Fact(NamedTuple):
    """A fact that a rule can ask for: what is known of it, what kind that is, and the words that a sentence
    about it can use.
    """

    of: Provider
    kind: FactKind
    words: str


def _on(day: date | None, otherwise: str = "on an unknown day") -> str:
    return f"on {spoken_day(day)}" if day else otherwise


def _at(instant: datetime) -> str:
    return f"on {spoken_moment(instant)}"


def _named(item: str) -> str:
    """What an order is about, at the beginning of a sentence: rehousing is named without its size."""
    return item.partition(":")[0].replace("-", " ").capitalize()


def _work(key: str) -> str:
    """One order is one cause, whether it is late, overdue or will be."""
    return f"work/{key}"


def _answers(facts: RiskFacts, answers: Mapping[str, FactAnswer]) -> Iterator[Known]:
    """What the check answered. Until it is complete, the missing check itself is the one thing to tell."""
    if not facts.home_watched or not facts.checked:
        return
    for item, answer in answers.items():
        words = {"item": item.capitalize(), "value": answer.value}
        yield Known(item, value="yes" if answer.fine else answer.value, words=words)


def safe_address(facts: RiskFacts, _rule: str) -> Iterable[Known]:
    """A safe address."""
    return _answers(facts, {"safe address": facts.safe_address})


def services_at_home(facts: RiskFacts, _rule: str) -> Iterable[Known]:
    """Heating, water and power, each on its own; nobody without a home is asked about its heating."""
    if not facts.has_home:
        return ()
    return _answers(facts, {"heating": facts.heating, "water": facts.water, "power": facts.power})


def _too_late(item: Equipment, arrival: date | None) -> bool:
    return arrival is not None and (item.due_on is None or item.due_on > arrival)


def _equipment(facts: RiskFacts, *, too_late: bool) -> Iterator[Known]:
    for item in facts.equipment:
        if item.fitted_on or _too_late(item, facts.arrival_on) is not too_late:
            continue
        words = {
            "item": _named(item.item),
            "due": f"due {_on(item.due_on)}",
            "arrival": _on(facts.arrival_on),
        }
        if too_late or item.due_on:
            yield Known(item.key, _work(item.key), day=item.due_on, words=words)


def equipment_after_arrival(facts: RiskFacts, _rule: str) -> Iterable[Known]:
    """Essential equipment that is due after the person arrives, or on an unknown day."""
    return _equipment(facts, too_late=True)


def equipment_due(facts: RiskFacts, _rule: str) -> Iterable[Known]:
    """Essential equipment that is not fitted yet, by the day it is due."""
    return _equipment(facts, too_late=False)


def homeless_not_referred(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """The day somebody was flagged as homeless who was not referred to a council."""
    if facts.homeless == "yes" and not facts.duty_to_refer_on:
        yield Known(day=facts.flagged_on, words={"flagged": _on(facts.flagged_on)})


def ready_since(facts: RiskFacts, rule: str) -> Iterator[Known]:
    """The day since which somebody in hospital has been ready to leave."""
    if facts.ready_on is not None and facts.in_hospital:
        yield Known(cause=rule, day=facts.ready_on, words={"ready": spoken_day(facts.ready_on)})


def _unchecked(facts: RiskFacts) -> bool:
    return not facts.checked and facts.home_watched


def _gone(facts: RiskFacts) -> bool:
    """Whether somebody is ready to leave, or has left for a home that is not ready."""
    return facts.ready_on is not None or facts.unready is not None


def _waits_at_home(facts: RiskFacts) -> bool:
    return facts.in_community and facts.referred_on is not None


def _of_check(facts: RiskFacts, day: date | None) -> Known:
    check = "is not complete" if facts.check_started_on else "has not begun"
    return Known(day=day, words={"leaving": _leaving(facts), "check": check})


def _leaving(facts: RiskFacts) -> str:
    if facts.in_community:
        since = f" since {spoken_day(facts.referred_on)}" if facts.referred_on else ""
        return f"waits at home{since}"
    if facts.ready_on is not None:
        return f"has been ready to leave since {spoken_day(facts.ready_on)}"
    if facts.expected_discharge_on is not None:
        return f"is expected to leave {_on(facts.expected_discharge_on)}"
    return "may leave on an unknown day"


def unchecked_leaving(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """The day somebody is expected to leave for a home that is not checked, unknown where nobody says one."""
    if _unchecked(facts) and not _gone(facts) and not _waits_at_home(facts):
        yield _of_check(facts, facts.expected_discharge_on)


def unchecked_at_home(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """The day of the referral of somebody who waits in a home that is not checked."""
    if _unchecked(facts) and not _gone(facts) and _waits_at_home(facts):
        yield _of_check(facts, facts.referred_on)


def unchecked_on_the_day(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """The day itself on which somebody is expected to leave for a home that is not checked."""
    if _unchecked(facts) and not _gone(facts) and facts.expected_discharge_on:
        yield _of_check(facts, facts.expected_discharge_on)


def unchecked_and_ready(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Somebody who is ready to leave, or has left, and the home is not checked."""
    if _unchecked(facts) and _gone(facts):
        yield _of_check(facts, None)


def _expected_on(work: Work) -> date | None:
    if work.due_on:
        return work.due_on
    if work.started_on and work.lead_days is not None:
        return work.started_on + DAY * work.lead_days
    return None


def work_needed(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Open work on the home, when it is expected and when it is needed."""
    if facts.needed_by is None or not facts.home_watched:
        return
    for work in facts.works:
        expected = _expected_on(work)
        words = {
            "item": _named(work.item),
            "expected": _on(expected, f"{work.lead_days} days after it is ordered"),
            "needed": f"by {spoken_day(facts.needed_by)}",
        }
        yield Known(
            work.key,
            _work(work.key),
            day=expected,
            needed_by=facts.needed_by,
            lead_days=work.lead_days,
            words=words,
        )


def _owed_to(facts: RiskFacts, rule: str) -> Iterator[Owed]:
    return (owed for owed in facts.owed if owed.rule == rule)


def contacts_owed(facts: RiskFacts, rule: str) -> Iterator[Known]:
    """Each contact that was missed, or tried in vain, until somebody reaches the person."""
    for owed in _owed_to(facts, rule):
        missed = owed.what == ACTIONS.label(MISSED)
        words = {
            "contact": contact_words(owed.subject, "A contact"),
            "what": "not recorded by" if missed else "tried, and the person was not reached",
            "due": spoken_moment(owed.opened_at),
        }
        yield Known(owed.key, words=words)


def _owed(owed: Owed) -> Known:
    words = {"what": owed.what, "opened": _at(owed.opened_at), "due": _at(owed.due_at)}
    return Known(owed.key, at=owed.due_at, words=words)


def answers_owed(facts: RiskFacts, rule: str) -> Iterator[Known]:
    """What is owed by the rule that asks, urgent or not, with the instant by which it is due."""
    return (_owed(owed) for owed in _owed_to(facts, rule))


def urgent_answers_owed(facts: RiskFacts, rule: str) -> Iterator[Known]:
    """What is owed and urgent."""
    return (_owed(owed) for owed in _owed_to(facts, rule) if owed.urgent)


def other_answers_owed(facts: RiskFacts, rule: str) -> Iterator[Known]:
    """What is owed and not urgent."""
    return (_owed(owed) for owed in _owed_to(facts, rule) if not owed.urgent)


def home_not_ready(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Somebody left for a home that is not ready, until all of it is answered."""
    if facts.unready is None:
        return
    why = facts.unready.reason
    words = {
        "left": _on(facts.unready.left_on),
        "blockers": "; ".join(facts.unready.blockers),
        "reason": f"Reason given: {UNREADY_REASONS.label(why)}" if why else "Nobody gave a reason",
    }
    yield Known(words=words)


def work_due(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Open work with the day it is due."""
    for work in facts.overdue:
        if work.due_on is not None:
            words = {"item": _named(work.item), "due": _on(work.due_on)}
            yield Known(work.key, _work(work.key), day=work.due_on, words=words)


def both_ready(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """The day since which both the home and the person have been ready."""
    person = facts.ready_on or facts.expected_discharge_on
    if facts.home_ready_on is None or person is None or not facts.in_hospital:
        return
    since = max(facts.home_ready_on, person)
    yield Known(day=since, words={"since": f"since {spoken_day(since)}"})


STOPPED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        STOPPED_BY_MERGE: "two records were merged, and the merge was undone",
        STOPPED_BY_DEATH: "the person was reported to have died, and the report was cancelled",
    }
)


def work_stopped(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Work that a merge, or a death, stopped wrongly, until the same is begun again."""
    for work in facts.stopped_by_merge:
        words = {
            "item": _named(work.item),
            "stopped": spoken_day(work.stopped_on),
            "why": STOPPED_WORDS.get(work.because, "the case ended"),
        }
        yield Known(work.key, words=words)


def _lost(home: LostHome, what: str) -> Known:
    return Known(home.key, words={"day": spoken_day(home.ended_on), "what": what})


def homes_taken_back(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Each home that its landlord took back, while no other is offered."""
    for home in facts.homes_lost:
        if home.how == "lost":
            why = PROPERTY_WITHDRAWAL_REASONS.label(home.because or "other").lower()
            what = "The home that the person had accepted" if home.accepted else "The home that was offered"
            yield _lost(home, f"{what} is no longer available ({why})")


def offers_lapsed(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Each offer that nobody answered in time, while no other is open."""
    for home in facts.homes_lost:
        if home.how == "lapsed":
            yield _lost(home, "The offer of a home ended without an answer")


def work_for_former_home(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Orders for the home that the person has left for another one."""
    for work in facts.for_former_home:
        yield Known(work.key, words={"item": work.item.replace("-", " ").capitalize()})


def doubtful_stays(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """Stays of which what the trust says cannot all be, until it is corrected."""
    for stay in facts.doubtful_stays:
        yield Known(stay.key, words={"doubts": "; ".join(stay.doubts)})


def arrivals_home(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """When somebody came home whom nobody reached there yet."""
    if facts.came_home_at is not None:
        yield Known(at=facts.came_home_at, words={"arrived": _at(facts.came_home_at)})


def last_heard(facts: RiskFacts, _rule: str) -> Iterator[Known]:
    """When somebody at home, of whom contacts are still owed, was last reached."""
    if facts.last_reached_at is not None:
        yield Known(at=facts.last_reached_at, words={"heard": _at(facts.last_reached_at)})


def _from_case(name: str) -> Provider:
    return lambda facts, _rule: facts.from_case.get(name, ())


FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "safe-address": Fact(safe_address, "answer", "item value"),
        "services-at-home": Fact(services_at_home, "answer", "item value"),
        "equipment-after-arrival": Fact(equipment_after_arrival, "day", "item due arrival"),
        "equipment-due": Fact(equipment_due, "day", "item due arrival"),
        "homeless-not-referred": Fact(homeless_not_referred, "day", "flagged"),
        "ready-since": Fact(ready_since, "day", "ready"),
        "unchecked-leaving": Fact(unchecked_leaving, "day", "leaving check"),
        "unchecked-at-home": Fact(unchecked_at_home, "day", "leaving check"),
        "unchecked-on-the-day": Fact(unchecked_on_the_day, "day", "leaving check"),
        "unchecked-and-ready": Fact(unchecked_and_ready, "answer", "leaving check"),
        "work-needed": Fact(work_needed, "work", "item expected needed"),
        "contacts-owed": Fact(contacts_owed, "answer", "contact what due"),
        "answers-owed": Fact(answers_owed, "instant", "what opened due"),
        "urgent-answers-owed": Fact(urgent_answers_owed, "instant", "what opened due"),
        "other-answers-owed": Fact(other_answers_owed, "instant", "what opened due"),
        "home-not-ready": Fact(home_not_ready, "answer", "left blockers reason"),
        "work-due": Fact(work_due, "day", "item due"),
        "both-ready": Fact(both_ready, "day", "since"),
        "work-stopped": Fact(work_stopped, "answer", "item stopped why"),
        "homes-taken-back": Fact(homes_taken_back, "answer", "day what"),
        "offers-lapsed": Fact(offers_lapsed, "answer", "day what"),
        "work-for-former-home": Fact(work_for_former_home, "answer", "item"),
        "arrivals-home": Fact(arrivals_home, "instant", "arrived"),
        "last-heard": Fact(last_heard, "instant", "heard"),
        **{name: Fact(_from_case(name), row.kind, row.words) for name, row in CASE_FACTS.items()},
        "doubtful-stays": Fact(doubtful_stays, "answer", "doubts"),
    }
)
"""Name -> the fact."""
