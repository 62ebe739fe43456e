"""MRG: whose numbers are given up when two people turn out to be one, and which stay belongs elsewhere.

In a merge of persons (A40) every record moves from MRG to PID. In a merge or move of visits or accounts the
number in MRG-5 becomes that in PV1-19; else that in MRG-3 becomes that in PID-18 (A35, A41, A44). A number
without a partner keeps its value: only the person changes.
"""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import Identifier, PersonsMerged, StayMoved
from fhir_adapters.hl7v2.interpret.evn import stated_at
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.identifiers import pid_numbers, read_identifiers, usable
from fhir_adapters.hl7v2.reading import Segment


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


def _retired(mrg: Segment, reader: Reader) -> tuple[Identifier, ...]:
    numbers = [(3, cx) for cx in mrg.repetitions(1)] + [(2, cx) for cx in mrg.repetitions(4)]
    return usable(read_identifiers(numbers, reader.profile, None))


def read_merges(reader: Reader) -> tuple[PersonsMerged, ...]:
    """The merges of the message; a pair in which either side names nobody, or both the same numbers, is left
    out.
    """
    merges: list[PersonsMerged] = []
    for pid, mrg in _pairs(reader):
        survivor = _survivor(pid, reader)
        given_up = tuple(found for found in _retired(mrg, reader) if found not in survivor)
        if survivor and given_up:
            merges.append(PersonsMerged(stated_at=stated_at(reader), survivor=survivor, retired=given_up))
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
        others = tuple(found for found in _retired(mrg, reader) if found not in person)
        if numbers is None or not person or (numbers[0] == numbers[1] and not others):
            continue
        moves.append(
            StayMoved(
                stated_at=stated_at(reader),
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
