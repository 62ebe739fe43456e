"""What sample messages of a trust would become with a profile, told before the feed goes live. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, cast

from fhir_adapters.feeds.advice import what_to_write
from fhir_adapters.feeds.check.file_splitter import split_messages
from fhir_adapters.feeds.check.model import (
    DateCount,
    Example,
    FieldCount,
    LeavingCount,
    NumberCount,
    OutcomeCount,
    Report,
    UnmappedCount,
)
from fhir_adapters.feeds.check.observation import observe
from fhir_adapters.feeds.check.redaction import file_name, shown, system_word
from fhir_adapters.feeds.check.suggestions import suggest
from fhir_adapters.feeds.check.tally import Tally
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.process.causes import cause_words

__all__ = ["Report", "SampleFile", "check_feed"]

MOST_DATES = 8
"""Fields with later dates that are listed."""
MOST_WARDS = 40
"""Wards that are listed by name."""


class SampleFile(NamedTuple):
    """A file with one message or several."""

    name: str
    raw: bytes


def check_feed(
    files: Iterable[SampleFile], profile: Profile, *, show_values: bool = False, each: bool = False
) -> Report:
    """What the profile makes of these files; with `each`, message by message, too. Without `show_values` the
    report holds codes and counts only, nothing that could be about a person.
    """
    tally = Tally(profile, each=[] if each else None)
    for name, raw in files:
        tally.files += 1
        for number, message in enumerate(split_messages(raw), start=1):
            where = Example(file=file_name(name, show_values=show_values), message=number)
            tally.note(observe(message, profile), where, show_values=show_values)
    return Report(
        profile=profile.label,
        files=tally.files,
        messages=tally.messages,
        troubled=tally.troubled,
        outcomes=tuple(_outcomes(tally)),
        triggers=_safe(tally.triggers, show_values),
        senders=_safe(tally.senders, show_values),
        fields=tuple(_fields(tally)),
        numbers=tuple(_numbers(tally, show_values)),
        unmapped=tuple(_unmapped(tally, show_values)),
        leaving=tuple(_leaving(tally)),
        later_dates=tuple(_later_dates(tally)),
        wards=_wards(tally, show_values),
        times=dict(tally.clocks.written.most_common()),
        notes=dict(tally.notes.most_common()),
        repairs=dict(tally.repairs.most_common()),
        local_segments=dict(tally.local_segments.most_common()),
        suggestions=suggest(tally, show_values=show_values),
        each=tuple(tally.each or ()),
    )


def _safe(counts: "dict[str, int]", show_values: bool) -> dict[str, int]:
    safe: dict[str, int] = {}
    for value, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        key = system_word(value, show_values=show_values)
        safe[key] = safe.get(key, 0) + count
    return safe


def _wards(tally: Tally, show_values: bool) -> dict[str, int]:
    """The wards named most often; those beyond the first are one row."""
    seen = tally.visits.wards.most_common()
    named: Counter[str] = Counter()
    for ward, count in seen[:MOST_WARDS]:
        named[shown(ward, count, show_values=show_values)] += count
    others = seen[MOST_WARDS:]
    more = {f"({len(others)} others)": sum(count for _, count in others)} if others else {}
    return dict(named) | more


_ORDER = ("interpreted", "parked", "rejected", "not-used")


def _outcomes(tally: Tally) -> Iterator[OutcomeCount]:
    for ending, count in sorted(tally.endings.items(), key=lambda pair: (_ORDER.index(pair[0][0]), -pair[1])):
        outcome, code, reason = ending
        words = cause_words(code, reason) if code else None
        yield OutcomeCount(
            outcome=cast(Literal["interpreted", "not-used", "parked", "rejected"], outcome),
            code=code,
            reason=system_word(reason),
            title=words.title if words else "",
            do=words.do if words and outcome in {"parked", "rejected"} else "",
            count=count,
            example=tally.ending_examples[ending],
        )


def _fields(tally: Tally) -> Iterator[FieldCount]:
    for name, found in tally.fields.items():
        yield FieldCount(
            name=name,
            of=found.of,
            filled=found.filled,
            understood=found.understood,
            how=dict(found.how.most_common()),
        )


def _numbers(tally: Tally, show_values: bool) -> Iterator[NumberCount]:
    for (field, authority, type_), found in sorted(tally.writings.items(), key=lambda pair: -pair[1].count):
        yield NumberCount(
            field=field,
            authority=system_word(authority, show_values=show_values),
            type=system_word(type_, show_values=show_values),
            count=found.count,
            valid=found.valid,
            taken_as=cast(Literal["nhs", "local"] | None, found.taken_as),
            named=found.named,
            example=found.example,
        )


def _unmapped(tally: Tally, show_values: bool) -> Iterator[UnmappedCount]:
    """Values that are shown alike are one row."""
    rows: dict[tuple[str, str], UnmappedCount] = {}
    for each, count in tally.unmapped.most_common():
        value = shown(each.value, count, show_values=show_values)
        known = rows.get((each.place, value))
        rows[each.place, value] = UnmappedCount(
            place=each.place,
            value=value,
            key=each.key,
            write=what_to_write(each.key, each.place, value) if value == each.value else "",
            count=count + (known.count if known else 0),
            example=known.example if known else tally.unmapped_examples[each],
        )
    yield from sorted(rows.values(), key=lambda row: -row.count)


def _leaving(tally: Tally) -> Iterator[LeavingCount]:
    """PV1-36 and PV1-37, where either is ever filled."""
    fields = tally.profile.discharge
    taken: dict[int | str, str] = {fields.destination_field: "destination", fields.method_field: "method"}
    looks = tally.visits.looks
    if all(each.total() == each["empty"] for each in looks.values()):
        return
    for number, each in looks.items():
        yield LeavingCount(
            field=number,
            destinations=each["destination"],
            methods=each["method"],
            words=each["words"],
            taken_as=taken.get(number, "either, by its value"),
        )


def _later_dates(tally: Tally) -> Iterator[DateCount]:
    """Where a date of discharge to come may stand, the most frequent first."""
    profile = tally.profile
    read = {
        *profile.expected_discharge,
        *profile.expected_discharge_in_plan,
        *(rule.place for rule in profile.expected_discharge_with),
    }
    for place, count in tally.visits.later_dates.most_common(MOST_DATES):
        yield DateCount(place=place, count=count, read=place in read)
