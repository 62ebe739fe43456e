"""The report of `homeward feed check` as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from fhir_adapters.feeds.check.model import FieldCount, NumberCount, Report

_ENDINGS = {
    "interpreted": "would be used",
    "parked": "would be parked for a person",
    "rejected": "would be refused",
    "not-used": "would be kept and not used",
}


def lines(report: Report) -> Iterator[str]:
    """The whole report, the outcome first and the suggestions last."""
    yield f"{report.messages} messages in {report.files} files, read with {report.profile}"
    yield from _each(report)
    yield from _outcomes(report)
    yield from _listed("Message types", report.triggers)
    yield from _listed("Senders (MSH-3 at MSH-4)", report.senders)
    yield from _fields(report.fields)
    yield from _numbers(report.numbers)
    yield from _leaving(report)
    yield from _dates(report)
    yield from _listed("Wards, as this profile reads PV1-3", report.wards)
    yield from _listed("Offsets of times", report.times)
    yield from _unmapped(report)
    yield from _listed("Read with care", report.notes)
    yield from _listed("Mended on reading", report.repairs)
    yield from _listed("Local segments", report.local_segments)
    yield from _suggestions(report)
    yield ""
    yield (
        f"{report.troubled} of {report.messages} messages ({report.troubled_percent:.1f} %) would be parked, "
        "refused or hold a value that is to be mapped"
    )


def _each(report: Report) -> Iterator[str]:
    """Message by message, where that was asked for."""
    if report.each:
        yield ""
        yield "Result for each message"
    for row in report.each:
        missing = f"; not mapped: {', '.join(row.unmapped)}" if row.unmapped else ""
        yield f"  {row.where}: {row.message or 'no header'}: {_SHORT[row.outcome]}: {row.becomes}{missing}"
    if report.each:
        yield ""


_SHORT = {"interpreted": "used", "parked": "parked", "rejected": "refused", "not-used": "not used"}


def _outcomes(report: Report) -> Iterator[str]:
    for row in report.outcomes:
        codes = " ".join(part for part in (row.code, row.reason) if part)
        cause = f"{row.title} ({codes})" if row.title and not row.do else codes
        where = f"  (first: {row.example})" if row.do else ""
        yield f"{row.count:>7} {_ENDINGS[row.outcome]}{': ' if cause else ''}{cause}{where}"
        if row.do:
            yield from (f"{'':>8}{line}" for line in wrap(f"{row.title}. {row.do}", 100))


def _fields(fields: tuple[FieldCount, ...]) -> Iterator[str]:
    if not fields:
        return
    yield ""
    yield "Fields: how many messages could hold each (of), hold it, and are understood; and the place in them"
    yield "                                  of   filled  understood"
    for row in fields:
        how = ", ".join(f"{name} {count}" for name, count in row.how.items())
        yield f"  {row.name:<28} {row.of:>6} {row.filled:>8} {row.understood:>10}   {how}".rstrip()


def _numbers(numbers: tuple[NumberCount, ...]) -> Iterator[str]:
    if not numbers:
        return
    yield ""
    yield "Numbers of persons"
    for row in numbers:
        taken = {"nhs": "NHS number", "local": "hospital number", None: "matched by no pattern"}[row.taken_as]
        loose = "" if row.named or row.taken_as is None else ", by the pattern for any number"
        written = f"authority {row.authority or '-'}, type {row.type or '-'}"
        yield f"{row.count:>7} PID-{row.field} {written}: {taken}{loose}; {row.valid} valid as NHS numbers"


def _leaving(report: Report) -> Iterator[str]:
    if report.leaving:
        yield ""
        yield "Discharge methods and destinations"
    for row in report.leaving:
        held = f"{row.destinations} destination codes, {row.methods} method codes, {row.words} other"
        yield f"{'':>7} PV1-{row.field}: {held}; taken as {row.taken_as}"


def _dates(report: Report) -> Iterator[str]:
    if report.later_dates:
        yield ""
        yield "Dates after the day of their message; one of them may be the expected discharge"
    for row in report.later_dates:
        yield f"{row.count:>7} {row.place}{'  (read as expected discharge)' if row.read else ''}"


def _unmapped(report: Report) -> Iterator[str]:
    if report.unmapped:
        yield ""
        yield "Values that are not mapped, and the text to add to the profile"
    for row in report.unmapped:
        yield f"{row.count:>7} {row.place} {row.value}  (first: {row.example})"
        yield f"{'':>8}{row.write or 'Not shown because it may be about a person: use --show-values'}"


def _listed(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield ""
        yield title
    for name, count in counts.items():
        yield f"{count:>7} {name}"


def _suggestions(report: Report) -> Iterator[str]:
    yield ""
    yield "Suggestions" if report.suggestions else "Nothing to suggest"
    for each in report.suggestions:
        yield f"  - {each.key + ': ' if each.key else ''}{each.text}"
