"""PID, PD1 and NK1: who the person is, how to reach them, where they live, their next of kin and carers,
their practice, and whether where they are must be hidden.

A birth date is the date as written, never converted; one that stands for "not known" is none. A code that the
profile does not map is left out and noted. Names and numbers that have ended by their own dates come last and
are marked; an ended address keeps its dates. An NK1 without a name says nothing.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from fhir_adapters.feeds.hl7_tables import INDICATOR
from fhir_adapters.hl7v2.facts import Address, Contact, Name, PersonReported, Telecom
from fhir_adapters.hl7v2.interpret.fields import (
    CX,
    XAD,
    XPN,
    XTN,
    Dates,
    Notes,
    Reader,
    Validity,
    street,
    surname,
    validity,
)
from fhir_adapters.hl7v2.interpret.identifiers import pid_numbers, read_identifiers
from fhir_adapters.hl7v2.parse.segments import DELETED, Message, Repetition, Segment
from fhir_adapters.hl7v2.parse.timestamps import parse_day
from fhir_adapters.people.nhs_numbers import is_verified, tracing_status
from fhir_adapters.people.reach import MIN_DIGITS, telephone

LEGACY_STATUS = "ZU1-27"
"""Where older systems write the tracing status that belongs into PID-32."""

_ADDRESS_KINDS = {"TMP": "temporary", "C": "temporary", "PST": "postal", "M": "postal"}
_NOT_LIVED_AT = {"B", "BA", "BI", "BDL", "BR", "N", "F", "O", "RH"}
_MOBILE_EQUIPMENT = {"CP", "MOBILE"}
_EMPTY_WORDS = {"", DELETED, "UNKNOWN", "NOT KNOWN"}

T = TypeVar("T")


def filled_in(part: str) -> str:
    """A part of a field; nothing where it is a delete marker or says that it is not known."""
    return "" if part.upper() in _EMPTY_WORDS else part


def read_name(xpn: Repetition, reader: Reader | None = None) -> Name | None:
    """One name, or None where neither family nor given name is there."""
    family, given = filled_in(surname(xpn)), filled_in(xpn.whole(2))
    if not family and not given:
        return None
    return Name(
        family=family,
        given=given,
        other=filled_in(xpn(3)),
        title=filled_in(xpn(5)),
        use=filled_in(xpn(7)),
        ended=reader is not None and not validity(xpn, XPN, reader.profile.zoneinfo).in_force(reader.day()),
    )


def _lines(xad: Repetition) -> tuple[str, ...]:
    lines = (_street(xad), *(filled_in(_bare(xad, part)) for part in (2, 8, 3, 4)))
    return tuple(line for line in lines if line)


def _street(xad: Repetition) -> str:
    return street(xad) if filled_in(xad(1)) else filled_in(xad(1, 2))


def _bare(xad: Repetition, part: int) -> str:
    """A line of an address, whole; nothing where its beginning says that it is not known."""
    return xad.whole(part) if filled_in(xad(part)) else ""


def read_address(xad: Repetition, reader: Reader) -> Address | None:
    """One address where somebody lives or gets post; None for workplaces, birthplaces and empty ones."""
    type_code = xad(7).upper()
    lines, postcode = _lines(xad), filled_in(xad(5)).upper()
    if type_code in _NOT_LIVED_AT or not (lines or postcode):
        return None
    kept = validity(xad, XAD, reader.profile.zoneinfo)
    kind = _ADDRESS_KINDS.get(type_code, "home")
    return Address(kind=kind, lines=lines, postcode=postcode, from_on=kept.from_on, until_on=kept.until_on)


def read_telecom(xtn: Repetition, reader: Reader) -> Telecom | None:
    """One telephone number or e-mail address; None for dummies such as (000)000-0000, and for one that has
    ended.
    """
    if not validity(xtn, XTN, reader.profile.zoneinfo).in_force(reader.day()):
        return None
    email = next((xtn(part) for part in (4, 1) if "@" in xtn(part)), "")
    if email:
        return Telecom(kind="email", value=email)
    number = filled_in(xtn(1)) or "".join((xtn(6), xtn(7))) or filled_in(xtn(12))
    return telephone(number, mobile=xtn(3).upper() in _MOBILE_EQUIPMENT)


def _unreadable(xtn: Repetition) -> bool:
    """Whether a telephone is written that cannot be read; a row of one digit stands for "not known"."""
    written = filled_in(xtn(1)) or filled_in(xtn(12))
    digits = re.sub(r"\D", "", written)
    return bool(written) and "@" not in written and len(digits) < MIN_DIGITS and len(set(digits)) != 1


def _note_unreadable(held: Iterable[Repetition], notes: Notes) -> None:
    if any(map(_unreadable, held)):
        notes.codes.append("telephone-unreadable")


def _unique(found: list[T | None]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for item in found if item is not None))


def _stated(
    items: tuple[T, ...], name: str, place: str, reader: Reader, notes: Notes
) -> tuple[T, ...] | None:
    """The items, or None where the field says nothing; a delete marker is noted."""
    if items:
        return items
    if reader.deleted(place):
        notes.cleared.add(name)
    return None


def _sex(reader: Reader, notes: Notes) -> str | None:
    code = reader.value("PID-8").upper()
    if not code:
        return None
    sex = reader.profile.sex.get(code)
    if sex is None:
        notes.codes.append("sex-unmapped")
    return sex


def _birth_date(reader: Reader, notes: Notes) -> date | None:
    text = reader.value("PID-7")
    day = parse_day(text)
    if text and day is None:
        notes.codes.append("birth-date-unreadable")
    if day is not None and reader.is_placeholder(day):
        notes.codes.append("birth-date-placeholder")
        return None
    return day


def _deceased(reader: Reader) -> tuple[bool | None, date | None]:
    """PID-30 and PID-29; a death date alone says that the person died, a deleted flag that they live."""
    died = reader.time("PID-29")
    flag = False if reader.deleted("PID-30") else INDICATOR.get(reader.value("PID-30").upper())
    if died and flag is not False:
        return True, died.day
    return flag, None


def _identity_unknown(reader: Reader, status: str | None) -> bool | None:
    """PID-31; absent is unchanged, but whoever gives a verified NHS number knows who it is."""
    said = INDICATOR.get(reader.value("PID-31").upper())
    if said is None and (reader.deleted("PID-31") or (is_verified(status) and not reader.value("PID-31"))):
        return False
    return said


_DATED: Mapping[int, Dates] = {3: CX, 5: XPN, 11: XAD, 13: XTN, 14: XTN}
"""PID fields whose repetitions may have dates of their own."""


def _ended(pid: Segment, reader: Reader) -> bool:
    """Whether anything in PID is over, or has not begun, by its own dates."""
    day, zone = reader.day(), reader.profile.zoneinfo
    return any(
        not validity(held, dates, zone).in_force(day)
        for number, dates in _DATED.items()
        for held in pid.repetitions(number)
    )


def read_pid(pid: Segment, reader: Reader, notes: Notes) -> PersonReported:
    """The person as PID states them; the other mappers add contacts, hiding, practice and order."""
    status = tracing_status((*(rep(1) for rep in pid.repetitions(32)), reader.value(LEGACY_STATUS)))
    unknown = _identity_unknown(reader, status)
    names = _unique([read_name(xpn, reader) for xpn in pid.repetitions(5)])
    addresses = _unique([read_address(xad, reader) for xad in pid.repetitions(11)])
    reached = [xtn for number in (13, 14) for xtn in pid.repetitions(number)]
    telecoms = _unique([read_telecom(xtn, reader) for xtn in reached])
    _note_unreadable(reached, notes)
    deceased, died_on = _deceased(reader)
    identifiers = read_identifiers(
        pid_numbers(pid), reader.profile, status, identity_unknown=bool(unknown), day=reader.day()
    )
    if _ended(pid, reader):
        notes.codes.append("ended-value")
    return PersonReported(
        identifiers=identifiers,
        identity_unknown=unknown,
        names=names or None,
        birth_date=_birth_date(reader, notes),
        sex=_sex(reader, notes),
        addresses=_stated(addresses, "addresses", "PID-11", reader, notes),
        telecoms=_stated(telecoms, "telecoms", "PID-13", reader, notes),
        deceased=deceased,
        died_on=died_on,
    )


def _in_force(nk1: Segment, reader: Reader) -> bool:
    """Whether somebody is a contact on the day of the message (NK1-8 and NK1-9)."""
    start, end = reader.in_segment(nk1, 8), reader.in_segment(nk1, 9)
    return Validity(start.day if start else None, end.day if end else None).in_force(reader.day())


def _contact(nk1: Segment, name: Name, reader: Reader) -> Contact:
    telecoms = [read_telecom(xtn, reader) for number in (5, 6) for xtn in nk1.repetitions(number)]
    return Contact(
        name=" ".join(part for part in (name.title, name.given, name.family) if part),
        relationship=nk1.value(3) or nk1.value(3, 2),
        contact_role=nk1.value(7) or nk1.value(7, 2),
        telecoms=tuple(dict.fromkeys(item for item in telecoms if item)),
    )


def read_contacts(reader: Reader, notes: Notes) -> tuple[Contact, ...] | None:
    """Everybody in NK1 who is a contact now, or None where nobody is named; none where all have ended."""
    segments = tuple(reader.message.all("NK1"))
    named = [(nk1, name) for nk1 in segments if (name := read_name(nk1.first(2)))]
    if any(not read_name(nk1.first(2)) and _numbered(nk1, reader) for nk1 in segments):
        notes.codes.append("contact-without-name")
    present = [each for each in named if _in_force(each[0], reader)]
    _note_unreadable((xtn for nk1, _ in present for n in (5, 6) for xtn in nk1.repetitions(n)), notes)
    if len(present) < len(named):
        notes.codes.append("ended-value")
    found = [_contact(nk1, name, reader) for nk1, name in present]
    return tuple(dict.fromkeys(found)) if named else None


def _numbered(nk1: Segment, reader: Reader) -> bool:
    """Whether a number is given."""
    return any(read_telecom(xtn, reader) for number in (5, 6) for xtn in nk1.repetitions(number))


def read_practice(message: Message) -> str | None:
    """The ODS code of the GP practice (PD1-3, component 3)."""
    return message.value("PD1", 3, 3) or None


def read_practice_name(message: Message) -> str:
    """The name of the GP practice (PD1-3, component 1)."""
    return filled_in(message.value("PD1", 3, 1))


def read_hidden(reader: Reader) -> bool | None:
    """True when any field hides, False when one lifts and none hides, None when nothing is said.

    By most profiles ZU8-4 in {1, 2} or PV1-16 in {Y, S} hides (ITK table ZU057, HL7 table 0099); where one
    field hides, another that does not cannot lift it in the same message.
    """
    said: list[bool] = []
    for rule in reader.profile.hidden_when:
        value = reader.value(rule.place).upper()
        if value in rule.values:
            said.append(True)
        elif value in rule.lifted_by:
            said.append(False)
    return any(said) if said else None
