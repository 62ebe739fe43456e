"""What the sentence about a case must say, and must not, read from the case as JSON.

It shares no code with the sentence: it knows the field names of a stored case, the calendar and plain
English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

IN_A_BED = ("referred", "accepted", "checked", "making-ready", "ready")
AT_HOME = ("discharged", "followed-up")
ENDINGS = {
    "home-as-it-is": "home as it is",
    "home-made-ready": "home, made ready",
    "rehoused": "a new home",
    "withdrawn": "referral withdrawn",
    "returned": "referral returned",
    "died": "died",
    "admitted-elsewhere": "moved to another hospital",
    "entered-in-error": "entered in error",
    "lost-contact": "contact lost",
}
ITEMS = {
    "straight-stairlift": "straight stairlift",
    "commode": "commode",
    "basics-at-home": "basics at home",
    "rehousing:1-bed-step-free": "step-free",
}
CONTACTS = {
    "welfare": "welfare contact",
    "24-hours": "call within 24 hours",
    "72-hours": "visit or call within 72 hours",
    "7-days": "contact at 7 days",
    "14-days": "contact at 14 days",
    "28-days": "contact at 28 days",
}
REACHED = ("well", "needs-help", "declined", "in-hospital")

Story = Mapping[str, Any]


def told(day: str | date) -> str:
    """A day as the sentence writes it."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[on.weekday()]
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][on.month - 1]
    return f"{weekday} {on.day} {month}"


def faults(case: Story, sentence: str, today: date) -> list[str]:
    """Everything that the sentence leaves out or says wrongly; nothing for a true one."""
    found = [*_style(sentence)]
    if case["stage"] == "closed":
        found += _closed(case, sentence)
    elif case["stage"] in AT_HOME:
        found += _at_home(case, sentence, today)
    else:
        found += _in_bed(case, sentence, today)
    return found


def _expect(sentence: str, wanted: bool, words: str) -> Iterator[str]:
    if (words in sentence) is not wanted:
        yield f"{'missing' if wanted else 'must not be said'}: {words!r}"


def _style(sentence: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z][^\n]*[^.;:,\s]\.", sentence):
        yield "not one sentence that ends in a full stop"
    for odd in ("  ", ";;", "; ;", ":;", ": ;", "::", ",,", "None", "-1 night", " 1 nights", "; ."):
        yield from _expect(sentence, False, odd)


def _closed(case: Story, sentence: str) -> Iterator[str]:
    if not sentence.startswith(f"Closed on {told(case['closed_on'])}: "):
        yield "does not say when it closed"
    yield from _expect(sentence, True, ENDINGS.get(case["outcome"], ""))
    for elsewhere in ("aiting", "Left hospital", "eady to leave", " due ", "ack in hospital since"):
        yield from _expect(sentence, False, elsewhere)


def _at_home(case: Story, sentence: str, today: date) -> Iterator[str]:
    left = f"Left hospital on {told(case['discharge']['discharged_on'])}"
    if not sentence.startswith(left):
        yield "does not say since when the person is home"
    for in_bed in (
        "aiting",
        "eady to leave",
        "no reason recorded",
        "not confirmed.",
        "ack in hospital since",
    ):
        yield from _expect(sentence, False, in_bed)
    yield from _expect(sentence, bool(case["unready_home"]), "the home is not ready (")
    owed = [each for each in case["follow_ups"].values() if _still_owed(case, each, today)]
    unreached = [each for each in case["follow_ups"].values() if _in_vain(case, each)]
    first = min(owed, key=_instant_due, default=None)
    late = first and (_due(first) < today or _asks(case, "contact-missed", first["key"]))
    yield from _expect(sentence, bool(late), "overdue: ")
    yield from _expect(sentence, bool(owed) and not late, "next: ")
    if owed:
        verb = "was due" if late else "due"
        yield from _expect(sentence, True, f"{verb} {told(min(map(_due, owed)))}")
    yield from _expect(sentence, bool(unreached), "not reached: ")
    outcomes = [each["outcome"] for each in case["follow_ups"].values()]
    yield from _expect(sentence, bool(outcomes) and set(outcomes) <= set(REACHED), "every contact was made")
    yield from _contacts_by_name(case, sentence, owed, unreached)
    for strand in case["strands"].values():
        if strand["status"] == "open" and not case["unready_home"]:
            yield from _strand(strand, sentence, today)
    for action in case["actions"].values():
        if action["answered_at"] is None and action["cause"] in ("no-heating", "fell"):
            words = {"no-heating": "there is no heating", "fell": "the person fell at home"}[action["cause"]]
            yield from _expect(sentence, True, words)


def _contacts_by_name(case: Story, sentence: str, owed: list[Story], unreached: list[Story]) -> Iterator[str]:
    """Of the contacts only the first one owed, and those in vain, are named; no more than these."""
    named = {each["key"] for each in (*sorted(owed, key=_instant_due)[:1], *unreached)}
    asked = {
        action["subject"]
        for action in case["actions"].values()
        if action["answered_at"] is None and action["cause"] in ("contact-missed", "not-reached")
    }
    if asked and not named:
        yield f"an action asks about {sorted(asked)}, and the sentence names no contact"
    for key, words in CONTACTS.items():
        yield from _expect(sentence, key in named, words)


def _still_owed(case: Story, contact: Story, today: date) -> bool:
    """Nobody made it, and an action asks for it, or nobody heard of the person: since its hour, and once its
    day is over since a day before its hour.
    """
    if contact["outcome"] is not None:
        return False
    if _asks(case, "contact-missed", contact["key"]):
        return True
    slack = timedelta(days=1) if _due(contact) < today else timedelta(0)
    return not any(at >= _instant_due(contact) - slack for at in _talks(case))


def _in_vain(case: Story, contact: Story) -> bool:
    if contact["outcome"] != "not-reached":
        return False
    tried = _instant(contact["contacted_at"])
    return _asks(case, "not-reached", contact["key"]) or all(at < tried for at in _talks(case))


def _talks(case: Story) -> list[datetime]:
    """When somebody spoke with, or of, the person since the discharge."""
    return [
        _instant(each["contacted_at"]) for each in case["follow_ups"].values() if each["outcome"] in REACHED
    ]


def _asks(case: Story, cause: str, contact: str) -> bool:
    return any(
        each["answered_at"] is None and each["cause"] == cause and each["subject"] == contact
        for each in case["actions"].values()
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written.replace("Z", "+00:00"))


def _instant_due(follow_up: Story) -> datetime:
    return _instant(follow_up["due_at"])


def _due(follow_up: Story) -> date:
    return _instant_due(follow_up).astimezone(ZoneInfo("Europe/London")).date()


def _in_bed(case: Story, sentence: str, today: date) -> Iterator[str]:
    for elsewhere in ("Left hospital", "Closed", "every contact", "next: "):
        yield from _expect(sentence, False, elsewhere)
    spells = [each for each in case["spells"] if each["status"] != "cancelled"]
    lying = [each for each in spells if each["status"] in ("admitted", "on-leave")]
    spell = (lying or spells or [None])[-1]
    expected_in = spell is not None and spell["status"] == "expected"
    if expected_in:
        yield from _expect(sentence, True, "Not in hospital yet")
    else:
        yield from _waiting(case, sentence, today)
    yield from _expect(
        sentence, spell is not None and spell["status"] == "on-leave", "On leave from the ward"
    )
    yield from _expect(sentence, bool(case["spells"]) and spell is None, ", but ")
    yield from _standing(case, sentence)
    yield from _gate(case, sentence)
    for strand in case["strands"].values():
        if strand["status"] == "open" and strand["required"]:
            yield from _strand(strand, sentence, today)
        elif strand["status"] != "open" and ITEMS.get(strand["item"]) and not _open_twin(case, strand):
            yield from _expect(sentence, False, ITEMS[strand["item"]])
    homeless = case["homelessness"]
    unmade = homeless["referred_on"] is None or homeless["council_id"] is None
    yield from _expect(sentence, homeless["flag"] == "yes" and unmade, "no homelessness referral")
    if _one_stay(case):
        yield from _nights_without_reason(case, sentence, today)


def _open_twin(case: Story, strand: Story) -> bool:
    return any(
        each["status"] == "open" and each["item"] == strand["item"] for each in case["strands"].values()
    )


def _waiting(case: Story, sentence: str, today: date) -> Iterator[str]:
    running = [each for each in case["ready_periods"] if each["ended_on"] is None]
    yield from _expect(sentence, not running, "ot ready to leave yet")
    if running and _one_stay(case):
        nights = (today - _counted_from(case, running[-1])).days
        many = f"aiting {nights} night{'' if nights == 1 else 's'}"
        yield from _expect(sentence, True, many if nights > 0 else "eady to leave since today")
    expected = case["expected_discharge_on"]
    passed = expected is not None and date.fromisoformat(expected) < today
    yield from _expect(sentence, passed, "which has passed")
    if expected is not None and (passed or not running):
        yield from _expect(sentence, True, f"expected {told(expected)}")
    back = case["readmissions"]
    yield from _expect(sentence, bool(back), "ack in hospital since")
    if back:
        yield from _expect(sentence, True, f"since {told(back[-1]['readmitted_on'])}")


def _one_stay(case: Story) -> bool:
    """Of several stays, or one that was taken back, the figures have tests of their own."""
    stays = [each["status"] for each in case["spells"]]
    return not case["readmissions"] and (not stays or (len(stays) == 1 and stays[0] != "cancelled"))


def _counted_from(case: Story, period: Story) -> date:
    """Nobody waits in a bed before they came in."""
    came = [each["admitted_on"] for each in case["spells"] if each["admitted_on"] is not None]
    return max(date.fromisoformat(each) for each in (period["ready_on"], *came))


def _standing(case: Story, sentence: str) -> Iterator[str]:
    yield from _expect(sentence, case["stage"] == "referred", "the referral ")
    yield from _expect(sentence, case["stage"] == "accepted", "the home check ")
    yield from _expect(
        sentence, case["stage"] == "ready", "the home is ready, the discharge is not confirmed"
    )


def _gate(case: Story, sentence: str) -> Iterator[str]:
    """An item with a mitigation, or that is yes, stands in nobody's way; the others are said."""
    open_ones = [
        each for each in case["gate"].values() if each["value"] != "yes" and each["mitigation"] is None
    ]
    values = {each["value"] for each in open_ones}
    yield from _expect(sentence, "no" in values, "not in place: ")
    yield from _expect(sentence, "unknown" in values, "not known yet: ")
    said = " ".join(re.findall(r"not (?:in place|known yet): ([^;.]*)", sentence)).lower()
    for code, words in (("heating", "heating"), ("food", "food for 48 hours")):
        satisfied = code in case["gate"] and all(each["code"] != code for each in open_ones)
        if satisfied:
            yield from _expect(said, False, words)


def _strand(strand: Story, sentence: str, today: date) -> Iterator[str]:
    yield from _expect(sentence.lower(), True, ITEMS[strand["item"]])
    if strand["due_on"] is not None:
        late = date.fromisoformat(strand["due_on"]) < today
        yield from _expect(sentence, True, f" {'was due' if late else 'due'} {told(strand['due_on'])}")
    yield from _expect(sentence, True, "ordered for the previous home") if strand["former_home"] else ()
    if strand["kind"] == "rehousing":
        yield from _search(strand, sentence)


def _search(strand: Story, sentence: str) -> Iterator[str]:
    offers = strand["offers"]
    waiting = [each for each in offers if each["answer"] is None]
    let = strand["property_id"] is not None
    accepted = any(each["answer"] == "accepted" for each in offers)
    yield from _expect(sentence, let, "tenancy signed, keys not held")
    yield from _expect(sentence, bool(waiting) and not let, "a home is offered, answer by ")
    yield from _expect(sentence, accepted and not waiting and not let, "a home is accepted")


def _nights_without_reason(case: Story, sentence: str, today: date) -> Iterator[str]:
    """Local reasons are reasons: a night is without one only when none at all was recorded for it."""
    bare = 0
    for period in case["ready_periods"]:
        night = _counted_from(case, period)
        until = date.fromisoformat(period["ended_on"]) if period["ended_on"] else today
        while night < min(until, today):
            bare += not any(_runs(each, night) for each in case["delay_reasons"])
            night += timedelta(days=1)
    found = re.search(r"no reason recorded for (\d+) nights?", sentence)
    if (int(found[1]) if found else 0) != bare:
        yield f"{bare} nights have no reason"


def _runs(reason: Story, night: date) -> bool:
    begun = date.fromisoformat(reason["from_on"]) <= night
    return begun and (reason["to_on"] is None or night < date.fromisoformat(reason["to_on"]))
