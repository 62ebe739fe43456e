"""MRG: whose numbers are given up when two people turn out to be one, and which stay belongs elsewhere.

In a merge of persons (A40) every record moves from MRG to PID. In a merge or move of visits or accounts the
number in MRG-5 becomes that in PV1-19; else that in MRG-3 becomes that in PID-18 (A35, A41, A44). A number
without a partner keeps its value: only the person changes.
"""

from collections.abc import Iterator

from fhir_adapters.feeds.profile import BESIDE
from fhir_adapters.hl7v2.facts import Identifier, PersonsMerged, StayMoved
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.identifiers import (
    Numbered,
    numbered,
    pid_numbers,
    read_identifiers,
    taken_by,
    usable,
)
from fhir_adapters.hl7v2.parse.segments import Repetition, Segment


def _pairs(reader: Reader) -> Iterator[tuple[Segment, Segment]]:
    """Each MRG with the PID before it: an A40 may hold several pairs."""
    pid = None
    for segment in reader.message.segments:
        if segment.name == "PID":
            pid = segment
        elif segment.name == "MRG" and pid is not None:
            yield pid, segment


def _survivor(pid: Segment, reader: Reader) -> tuple[Identifier, ...]:
    return usable(read_identifiers(pid_numbers(pid), reader.profile, None))


def _retired(pid: Segment, mrg: Segment, reader: Reader) -> tuple[Identifier, ...]:
    """The numbers given up; a local one without its authority as the profile says, else left out."""
    numbers = [numbered(field, cx) for field, place in ((3, 1), (2, 4)) for cx in mrg.repetitions(place)]
    lacking = {each.cx(1) for each in numbers if is_bare(each.cx, pid, reader)}
    found = usable(read_identifiers(numbers, reader.profile, None))
    meant = _meant(pid, reader)
    return tuple(
        one.model_copy(update={"authority": meant}) if one.kind == "local" and one.value in lacking else one
        for one in found
        if one.kind == "nhs" or one.value not in lacking or meant
    )


def is_bare(cx: Repetition, pid: Segment, reader: Reader) -> bool:
    """Whether a number lacks the authority that the number in PID-3 has."""
    given_up = numbered(3, cx)
    taken = taken_by(given_up, reader.profile)
    if given_up.authority or (taken is not None and taken[1].system is not None):
        return False
    beside = [held for held in (numbered(3, one) for one in pid.repetitions(3)) if _is_local(held, reader)]
    return not any(held.written == given_up.written for held in beside)


def _is_local(held: Numbered, reader: Reader) -> bool:
    taken = taken_by(held, reader.profile)
    return taken is not None and taken[0] == "local"


def _meant(pid: Segment, reader: Reader) -> str | None:
    """The authority that a bare number has by the profile; None where it does not say."""
    patterns = reader.profile.identifiers
    if patterns.bare_numbers != BESIDE:
        return patterns.bare_authority and patterns.bare_authority.upper()
    return next((one.authority for one in _survivor(pid, reader) if one.kind == "local"), None)


def lacks_authority(reader: Reader) -> bool:
    """Whether a merge of the message names somebody by a number without its authority."""
    return any(is_bare(cx, pid, reader) for pid, mrg in _pairs(reader) for cx in mrg.repetitions(1))


def read_merges(reader: Reader) -> tuple[PersonsMerged, ...]:
    """The merges of the message; a pair in which either side names nobody, or both the same numbers, is left
    out.
    """
    merges: list[PersonsMerged] = []
    for pid, mrg in _pairs(reader):
        survivor = _survivor(pid, reader)
        given_up = tuple(found for found in _retired(pid, mrg, reader) if found not in survivor)
        if survivor and given_up:
            merges.append(PersonsMerged(stated_at=reader.stated_at, survivor=survivor, retired=given_up))
    return tuple(merges)


def _numbers(pid: Segment, mrg: Segment, pv1: Segment | None) -> tuple[str, str] | None:
    """The number before and after; None where the message names none."""
    visit, account = mrg.value(5), mrg.value(3)
    if visit:
        return visit, (pv1.value(19) if pv1 else "") or visit
    return (account, pid.value(18) or account) if account else None


def read_moves(reader: Reader) -> tuple[StayMoved, ...]:
    """The stays that get another number or person; what changes neither is left out."""
    moves: list[StayMoved] = []
    for pid, mrg in _pairs(reader):
        numbers = _numbers(pid, mrg, _pv1_of(reader, mrg))
        person = _survivor(pid, reader)
        others = tuple(found for found in _retired(pid, mrg, reader) if found not in person)
        if numbers is None or not person or (numbers[0] == numbers[1] and not others):
            continue
        moves.append(
            StayMoved(
                stated_at=reader.stated_at,
                number=numbers[0],
                to_number=numbers[1],
                person=person,
                from_person=others,
            )
        )
    return tuple(moves)


def _pv1_of(reader: Reader, mrg: Segment) -> Segment | None:
    """The PV1 that follows an MRG before the next one (A45 repeats the two); the only one wherever it is."""
    segments = reader.message.segments
    if len(list(reader.message.all("MRG"))) == 1:
        return reader.message.segment("PV1")
    after = segments[segments.index(mrg) + 1 :]
    for segment in after:
        if segment.name in ("MRG", "PV1"):
            return segment if segment.name == "PV1" else None
    return None
