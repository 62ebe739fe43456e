"""MRG: whose numbers are given up when two people turn out to be one (A40: every record moves from MRG to
PID).
"""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import PersonsMerged
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


def read_merges(reader: Reader) -> tuple[PersonsMerged, ...]:
    """The merges of the message; a pair in which either side names nobody, or both the same numbers, is left
    out.
    """
    merges: list[PersonsMerged] = []
    for pid, mrg in _pairs(reader):
        survivor = usable(read_identifiers(pid_numbers(pid), reader.profile, None))
        numbers = [(3, cx) for cx in mrg.repetitions(1)] + [(2, cx) for cx in mrg.repetitions(4)]
        retired = usable(read_identifiers(numbers, reader.profile, None))
        given_up = tuple(found for found in retired if found not in survivor)
        if survivor and given_up:
            merges.append(PersonsMerged(stated_at=stated_at(reader), survivor=survivor, retired=given_up))
    return tuple(merges)
