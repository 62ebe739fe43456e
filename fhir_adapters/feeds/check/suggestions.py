"""What the counts suggest: each rule looks at one thing and says what to change, or whom to ask.

A rule needs enough messages before it speaks, and it always says what it saw.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from fhir_adapters.feeds.check.clocks import doubts
from fhir_adapters.feeds.check.model import Suggestion
from fhir_adapters.feeds.check.redaction import shown, system_word
from fhir_adapters.feeds.check.tally import Tally, Writing, WritingTally
from fhir_adapters.feeds.check.visits import VisitTally

ENOUGH = 3
"""Fewer messages suggest nothing."""
MOST = 0.8
"""A share that is called most."""
MANY = 8
"""Values or fields that one suggestion lists."""

Rule = Callable[[Tally, bool], Iterator[Suggestion]]


def suggest(tally: Tally, *, show_values: bool = False) -> tuple[Suggestion, ...]:
    """Everything that the counts suggest, the weightiest rules first."""
    return tuple(found for rule in _RULES for found in rule(tally, show_values))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _not_live(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    for sent, count in tally.processing_ids.items():
        if sent not in tally.profile.live_processing_ids:
            value = shown(sent, count, show_values=show_values)
            yield Suggestion(
                key="live_processing_ids",
                count=count,
                text=f"MSH-11 is {value or 'empty'} in {count} messages. They count as tests and "
                "are not used. If they represent live messages, check again with --live; "
                "change the key only if the live feed sends this value",
            )


def _numbers(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """Ways of writing that no pattern names, and NHS numbers that are taken for hospital numbers."""
    for writing, found in tally.writings.items():
        if found.count < ENOUGH:
            continue
        is_nhs = found.valid >= MOST * found.count
        unnamed = not found.named and writing[0] in _OF_PERSONS and (any(writing[1:]) or not found.taken_as)
        if unnamed or (is_nhs and found.taken_as != "nhs"):
            yield _pattern_wanted(writing, found, is_nhs, show_values)


_OF_PERSONS = (2, 3)
"""PID fields that hold numbers of persons; in the others stand accounts, visits and foreign numbers, too."""


def _pattern_wanted(writing: Writing, found: WritingTally, is_nhs: bool, show_values: bool) -> Suggestion:
    field, *asked = writing
    safe = [system_word(each, show_values=show_values) for each in asked]
    parts = [(key, each) for key, each in zip(("authority", "type"), safe, strict=True) if each]
    written = " and ".join(f"{key} {each}" for key, each in parts) or "neither authority nor type"
    wanted = [f"field: {field}", *(f"{key}: {each}" for key, each in parts)]
    if not parts:
        wanted += ["bare: true"] if is_nhs else ["bare: true", "system: AUTHORITY"]
    taken = "only a pattern for any number matches it" if found.taken_as else "no pattern matches it"
    valid = f", {_percent(found.valid, found.count)} of them valid NHS numbers" if is_nhs else ""
    return Suggestion(
        key="identifiers.nhs_number" if is_nhs else "identifiers.local",
        count=found.count,
        text=f"a number with {written} in PID-{field} was seen {found.count} times{valid}; {taken}: "
        f"add {{{', '.join(wanted)}}}",
    )


def _bare_numbers(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """Hospital numbers that do not say whose they are: in merges, and beside others that do."""
    key, said = "identifiers.bare_numbers", tally.profile.identifiers.bare_numbers
    if tally.bare_merges and said is None:
        yield Suggestion(
            key=key,
            count=tally.bare_merges,
            text=f"MRG-1 holds a number without its authority in {tally.bare_merges} messages, "
            "so these merges are parked: add bare_numbers: PID-3 (the authority of the number "
            "in PID-3) or the name of one",
        )
    counted: Counter[str] = Counter()
    for (field, authority, _), found in tally.writings.items():
        if field in _OF_PERSONS and found.taken_as == "local" and found.system is None:
            counted[authority] += found.count
    bare = counted.pop("", 0)
    if bare >= ENOUGH and counted and tally.profile.identifiers.bare_authority is None:
        [(named, count)] = counted.most_common(1)
        word = system_word(named, show_values=show_values)
        yield Suggestion(
            key=key,
            count=bare,
            text=f"hospital numbers come without an authority {bare} times and with {word} {count} times, "
            f"and are kept apart: if they are the same numbers, add bare_numbers: {word}",
        )


def _no_nhs_number(tally: Tally, _: bool) -> Iterator[Suggestion]:
    found = tally.fields.get("NHS number")
    if found and found.of >= ENOUGH and found.understood < found.of / 2:
        yield Suggestion(
            key="identifiers.nhs_number",
            count=found.of - found.understood,
            text=f"only {_percent(found.understood, found.of)} of {found.of} messages have an "
            "NHS number that can match a person; the others depend on hospital numbers",
        )


def _leaving(tally: Tally, _: bool) -> Iterator[Suggestion]:
    """Which of PV1-36 and PV1-37 is the destination, by what they hold."""
    for field, other in ((36, 37), (37, 36)):
        mine, theirs = tally.visits.looks[field], tally.visits.looks[other]
        filled = mine.total() - mine["empty"]
        methods = filled >= ENOUGH and mine["method"] >= MOST * filled
        others = theirs.total() - theirs["empty"]
        if methods and theirs["method"] <= (1 - MOST) * others:
            if tally.profile.discharge.destination_field == other:
                continue
            yield Suggestion(
                key="discharge.destination_field",
                count=filled,
                text=f"PV1-{field} holds single digits in {_percent(mine['method'], filled)} of {filled}, "
                f"PV1-{other} a destination in {theirs['destination']}: destination_field may be {other}",
            )


def _ward(tally: Tally, _: bool) -> Iterator[Suggestion]:
    visits, first = tally.visits, tally.profile.location.ward[0]
    if visits.locations < ENOUGH:
        return
    text = ""
    if not visits.components[first]:
        filled = [part for part in (1, 2, 9) if visits.components[part]]
        text = f"PV1-3 component {first} is always empty"
        text += f": ward may be component {filled[0]}" if filled else ""
    elif _ward_is_bed(visits):
        text = (
            f"PV1-3 makes {len(visits.wards)} wards of {visits.locations} places, one for almost every bed: "
        )
        text += "the ward may be in another component"
    elif visits.without_ward:
        text = f"{visits.without_ward} of {visits.locations} locations in PV1-3 name no ward"
    if text:
        yield Suggestion(key="location.ward", count=visits.without_ward or visits.locations, text=text)


def _ward_is_bed(visits: VisitTally) -> bool:
    """Whether wards are nearly as many as places, or as beds although each was named again and again."""
    wards = len(visits.wards)
    if wards > MOST * visits.locations >= 2 * ENOUGH:
        return True
    again = visits.locations >= ENOUGH * wards and wards >= 2 * ENOUGH
    named = any(bed for _, _, bed in visits.beds)
    return again and named and MOST * len(visits.beds) <= wards


_INSIDE = re.compile(
    r"(BAY|B|ROOM|RM|SIDE ?ROOM|SR|BED|CUBICLE|CHAIR|TROLLEY)[ -]?[0-9]*[A-Z]?|[0-9]{1,2}[A-Z]?"
)
"""What looks like a place within a ward."""


def _not_wards(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """Texts that are taken for wards and look like bays, rooms or beds."""
    found = {ward: count for ward, count in tally.visits.wards.items() if _INSIDE.fullmatch(ward.upper())}
    if found:
        told = [shown(ward, count, show_values=show_values) for ward, count in found.items()]
        listed = ", ".join(list(dict.fromkeys(told))[:MANY]) + (" and others" if len(told) > MANY else "")
        yield Suggestion(
            key="location.not_wards",
            count=sum(found.values()),
            text=f"read as wards, but similar to a bay, room or bed: {listed}; if so, add them "
            "to not_wards (* and ? match any text), or name the component of the ward",
        )


def _times(tally: Tally, _: bool) -> Iterator[Suggestion]:
    for name, found in tally.fields.items():
        missed = found.filled - found.understood
        if name.startswith("time in ") and missed:
            yield Suggestion(
                key="",
                count=missed,
                text=f"{missed} of {found.filled} times in {name.removeprefix('time in ')} cannot be read: "
                "ask the sender for YYYYMMDDHHMM",
            )


def _expected_date(tally: Tally, _: bool) -> Iterator[Suggestion]:
    found = tally.fields.get("expected discharge")
    if not found or found.filled or found.of < ENOUGH:
        return
    likely = tally.visits.later_dates.most_common(3)
    candidates = ", ".join(f"{place} ({count} times)" for place, count in likely)
    yield Suggestion(
        key="expected_discharge",
        count=found.of,
        text=f"no message holds an expected date in {', '.join(tally.profile.expected_discharge)}"
        + (
            f"; a date after the message is in {candidates}"
            if candidates
            else ": ask the trust for its field"
        ),
    )


def _unmapped(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """One suggestion a field that a key of the profile maps, with the values that stand there most often."""
    for place, key in dict.fromkeys((each.place, each.key) for each in tally.unmapped if each.key):
        here = [(each.value, count) for each, count in tally.unmapped.most_common() if each.place == place]
        told = dict.fromkeys(shown(value, count, show_values=show_values) for value, count in here)
        listed = ", ".join(list(told)[:MANY]) + (" and others" if len(told) > MANY else "")
        yield Suggestion(
            key=key,
            count=sum(count for _, count in here),
            text=f"{place} holds values that are not mapped ({listed}): add them to {key}",
        )


def _clocks(tally: Tally, _: bool) -> Iterator[Suggestion]:
    yield from doubts(tally.clocks)


def _length_of_stay(tally: Tally, _: bool) -> Iterator[Suggestion]:
    """OBX that give a planned length of stay, which nothing reads."""
    if tally.visits.lengths_of_stay and tally.profile.length_of_stay is None:
        yield Suggestion(
            key="length_of_stay",
            count=tally.visits.lengths_of_stay,
            text=f"OBX DALOS gives a planned length of stay in {tally.visits.lengths_of_stay} messages: add "
            "length_of_stay: {code: DALOS} to count the expected date from the admission",
        )


def _observations(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """OBX codes of the trust's own that may say fitness or a date, and that no key reads."""
    own = tally.profile.observations
    read = own.medically_fit | own.fit_on | own.expected_discharge
    for (code, look), count in tally.visits.observed.most_common(MANY):
        if code.upper() not in read:
            yield Suggestion(
                key="observations",
                count=count,
                text=f"OBX {system_word(code, show_values=show_values)} holds {look} in {count} "
                "messages and is not read: if it gives fitness, its first day, or the expected "
                "date, add it to observations (medically_fit, fit_on or expected_discharge)",
            )


def _deleting(tally: Tally, show_values: bool) -> Iterator[Suggestion]:
    """A07 may be a change of class or the end of a spell that never was: only EVN-4 tells."""
    if any(rule.trigger == "A07" for rule in tally.profile.deleted_when):
        return
    for reason, count in tally.visits.a07_reasons.items():
        value = shown(reason, max(count, ENOUGH), show_values=show_values)
        rule = f"place: EVN-4, values: [{value}]" if value else "for all of them"
        yield Suggestion(
            key="deleted_when",
            count=count,
            text=f"A07 with {value or 'nothing'} in EVN-4 was seen {count} times and ends the stay; if it "
            f"deletes the spell, add {{trigger: A07, {rule}}}",
        )


def _markers(tally: Tally, _: bool) -> Iterator[Suggestion]:
    places = tally.visits.markers
    if places:
        listed = ", ".join(f"{place} ({count})" for place, count in places.most_common(MANY))
        deletes = tally.profile.delete_marker == "deletes"
        does = "deletes what was known" if deletes else "changes nothing"
        yield Suggestion(
            key="delete_marker",
            count=places.total(),
            text=f"two double quotes are in {listed}; with this profile this {does}: ask the trust "
            "whether this is intended",
        )


_RULES: tuple[Rule, ...] = (
    _not_live,
    _numbers,
    _bare_numbers,
    _no_nhs_number,
    _leaving,
    _ward,
    _not_wards,
    _times,
    _clocks,
    _expected_date,
    _length_of_stay,
    _observations,
    _unmapped,
    _deleting,
    _markers,
)
