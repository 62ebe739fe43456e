"""PD1-4, ROL, PV1-7 and PV1-9: the named GP and the consultant of a stay.

PD1-4 packs GP, practice and dentist as repetitions: the first with a person's name is the GP. What is left
out is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fhir_adapters.hl7v2.facts import Practitioner, Telecom
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.person import filled_in, read_telecom
from fhir_adapters.hl7v2.parse.segments import DELETED, Repetition, Segment

GP_NUMBER = re.compile(r"G\d{7}", re.IGNORECASE)
"""How a GP is numbered (PV1, XCN-1)."""
GP_ROLES = frozenset({"PP", "FHCP"})
"""HL7 table 0443: primary care provider, family health care professional."""
_CONSULTANT_FIELDS = (7, 9)
"""Attending; consulting, the main one first."""


def read_practitioner(xcn: Repetition, telecoms: tuple[Telecom, ...] = ()) -> Practitioner | None:
    """Somebody in an XCN by name; None where no family name is given. Some write number and name as one."""
    number, _, behind = xcn(1).partition("_")
    family = filled_in(xcn(2, 1)) or filled_in(behind)
    if not family:
        return None
    parts = (filled_in(xcn(6)), filled_in(xcn(3)), family)
    return Practitioner(
        name=" ".join(each for each in parts if each), code=filled_in(number), telecoms=telecoms
    )


def read_gp(reader: Reader, notes: Notes) -> Practitioner | None:
    """The GP of PD1-4, else of a ROL segment; of several the one with a GP's number, else the first."""
    pd1 = reader.message.segment("PD1")
    named = _named(pd1.repetitions(4)) if pd1 is not None else []
    found = named or list(_of_roles(reader))
    if not found:
        return None
    chosen = next((each for each in found if GP_NUMBER.fullmatch(each.code)), found[0])
    if any(each.name != chosen.name for each in found):
        notes.codes.append("practitioner-not-used")
    return chosen


def read_consultant(reader: Reader) -> Practitioner | None:
    """The consultant of the stay that a message names."""
    pv1 = reader.message.segment("PV1")
    if pv1 is None:
        return None
    return next((each for number in _CONSULTANT_FIELDS for each in _named(pv1.repetitions(number))), None)


def _named(held: Iterable[Repetition]) -> list[Practitioner]:
    return [found for each in held if (found := read_practitioner(each)) is not None]


def _of_roles(reader: Reader) -> Iterator[Practitioner]:
    """Who a ROL segment says is the GP, with their telephones; not one that is deleted."""
    for rol in reader.message.all("ROL"):
        if rol.value(3).upper() not in GP_ROLES or rol.value(2).upper() == "DE":
            continue
        found = read_practitioner(rol.first(4), _telecoms(rol, reader))
        if found is not None:
            yield found


def _telecoms(rol: Segment, reader: Reader) -> tuple[Telecom, ...]:
    said = (read_telecom(xtn, reader) for xtn in rol.repetitions(12) if xtn(1) != DELETED)
    return tuple(dict.fromkeys(each for each in said if each is not None))
