"""Whom to call, as a Patient says it: own numbers, next of kin and others, the GP and the practice.

Taken is what is in force on the day of the message. What is not taken is told item by item, so that somebody
can look at the message. Source of the elements: UK Core STU2 2.0.2 Patient; HL7 FHIR R4 ContactPoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from discharge.codes.people import RELATIONSHIPS, contact_role
from discharge.telephones import TITLES, plainly_written, several_numbers
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.bundle_context import Surroundings, contained
from fhir_adapters.fhir.periods import holds, in_force
from fhir_adapters.people.reach import NOBODY, Contact, Practitioner, ReferredContacts, Telecom, telephone

PATIENT = "Patient"
NUMBERED = frozenset({None, "phone", "sms"})
EMAIL = "email"
NOT_IN_FORCE = "not in force"
MOST_LETTERS = 200
"""Characters of a name or a number."""
MOST = 20
"""Numbers of one person or contact, and contacts, that are taken."""
LONGEST_CODE = 20
DOCTORS = frozenset({"Practitioner", "PractitionerRole"})
LAST = 1_000
"""Where a number without a rank stands among the others."""
CODED = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v2-0063",
        "http://terminology.hl7.org/CodeSystem/v2-0131",
        "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
    }
)
"""Systems whose codes our list of relationships holds."""
_NOT_READ = ("address", "gender", "extension", "organization")
"""Elements of a contact that say nothing of how to call them."""


@dataclass(frozen=True)
class Reached:
    """What was read; `left_out` are items that were not taken, each with the reason; `also_read` are the
    elements of other resources that were read for it, by the path of the resource.
    """

    contacts: ReferredContacts = NOBODY
    left_out: tuple[str, ...] = ()
    also_read: Mapping[str, frozenset[str]] = field(default_factory=dict)


def whom_to_call(subject: Any, around: Surroundings) -> Reached:
    """Whom to call for the subject of a referral; nobody where no Patient came along."""
    inside = around.resolve(subject)
    if inside is None or type(inside[1]).__name__ != PATIENT:
        return Reached()
    place, patient = inside
    own = contained(patient, place)
    return _Reading(replace(around, resources={**around.resources, **own})).of_patient(patient)


class _Reading:
    """One Patient being read, and what is left out of it."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._left_out: list[str] = []
        self._also_read: dict[str, frozenset[str]] = {}

    def of_patient(self, patient: Any) -> Reached:
        """Everything that it says."""
        telecoms = self._telecoms(patient.telecom, PATIENT)
        contacts = self._contacts(patient.contact)
        practice, gp = self._general_practitioners(patient.generalPractitioner)
        code, name = practice or (None, "")
        said = ReferredContacts(
            telecoms=telecoms, contacts=contacts, practice=code, practice_name=name, gp=gp
        )
        return Reached(said, tuple(self._left_out), self._also_read)

    def _leave(self, path: str, reason: str = "") -> None:
        self._left_out.append(f"{path} ({reason})" if reason else path)

    def _most(self, items: Iterable[Any], path: str) -> Iterator[tuple[str, Any]]:
        """Each item with its place, as many as are taken."""
        for number, (place, each) in enumerate(_each(items, path)):
            if number < MOST:
                yield place, each
            else:
                self._leave(place, f"more than {MOST}")

    def _telecoms(self, items: Iterable[Any] | None, path: str) -> tuple[Telecom, ...] | None:
        """Numbers and addresses in force, in the order in which their sender wants them tried."""
        if not items:
            return None
        found = list(filter(None, (self._telecom(*each) for each in self._most(items, f"{path}.telecom"))))
        found.sort(key=lambda each: each[0])
        return tuple(dict.fromkeys(each for _, each in found)) or self._none_left(items)

    def _telecom(self, place: str, item: Any) -> tuple[int, Telecom] | None:
        value = _spoken(item.value)
        if not holds(item, self._around.today):
            self._leave(place, NOT_IN_FORCE)
        elif not value or len(value) > MOST_LETTERS:
            self._leave(place, "too long" if value else "no value")
        else:
            if item.extension:
                self._leave(f"{place}.extension")
            return self._reached_by(place, item, value)
        return None

    def _reached_by(self, place: str, item: Any, value: str) -> tuple[int, Telecom] | None:
        if "@" in value if item.system is None else item.system == EMAIL:
            found: Telecom | None = Telecom(kind=EMAIL, value=value)
        elif item.system in NUMBERED:
            found = telephone(value, mobile=item.use == "mobile" or item.system == "sms")
        else:
            self._leave(place, str(item.system))
            return None
        if found is None or (found.kind != EMAIL and several_numbers(value)):
            self._leave(place, "no telephone number" if found is None else "more than one number")
            return None
        return (item.rank or LAST, found)

    def _contacts(self, items: Iterable[Any] | None) -> tuple[Contact, ...] | None:
        if not items:
            return None
        found = (self._contact(*each) for each in self._most(items, f"{PATIENT}.contact"))
        return tuple(dict.fromkeys(filter(None, found))) or self._none_left(items)

    def _none_left(self, items: Iterable[Any]) -> tuple[()] | None:
        """A list in which nothing could be read says nothing; one that is all over takes away what was."""
        there = [each for each in items if each is not None]
        return () if there and not any(holds(each, self._around.today) for each in there) else None

    def _contact(self, place: str, item: Any) -> Contact | None:
        name = _name(item.name) or _display(item.organization)
        if not holds(item, self._around.today):
            self._leave(place, NOT_IN_FORCE)
        elif not name or len(name) > MOST_LETTERS:
            self._leave(place, "name too long" if name else "no name")
        else:
            for element in _NOT_READ:
                if getattr(item, element) and not (element == "organization" and item.name is None):
                    self._leave(f"{place}.{element}")
            relationship, role = self._relationships(item.relationship, f"{place}.relationship")
            telecoms = self._telecoms(item.telecom, place) or ()
            return Contact(name=name, relationship=relationship, contact_role=role, telecoms=telecoms)
        return None

    def _relationships(self, concepts: Iterable[Any] | None, path: str) -> tuple[str, str]:
        """Who somebody is to the person: the first that is said, and of the others the one that names a
        carer or key-holder, else the next.
        """
        said = [(place, word) for place, each in _each(concepts, path) for word in _said_of(each)]
        if not said:
            return "", ""
        first, *others = said
        plain = contact_role("")
        others.sort(key=lambda each: contact_role(each[1]) == plain)
        for place, _ in others[1:]:
            self._leave(place)
        return first[1], others[0][1] if others else ""

    def _general_practitioners(
        self, references: Iterable[Any] | None
    ) -> tuple[tuple[str, str] | None, Practitioner | None]:
        """The first practice with a code, and the first named doctor."""
        practice: tuple[str, str] | None = None
        doctor: Practitioner | None = None
        for place, each in _each(references, f"{PATIENT}.generalPractitioner"):
            at, named = self._practice(each), self._doctor(each)
            if not at and not named:
                self._leave(place, "names no practice by an ODS code in force, and nobody by name")
            elif (at and practice and at[0] != practice[0]) or (named and doctor and named != doctor):
                self._leave(place, "another was named before")
            practice, doctor = practice or at, doctor or named
        return practice, doctor

    def _practice(self, reference: Any) -> tuple[str, str] | None:
        """ODS code and name of a practice."""
        if reference is None:
            return None
        if _is_practice(reference.identifier):
            if not holds(reference.identifier, self._around.today):
                return None
            return str(reference.identifier.value), _short(_display(reference))
        inside = self._around.resolve(reference)
        if inside is None:
            return None
        resource = inside[1]
        if type(resource).__name__ == "PractitionerRole":
            return self._practice(resource.organization) if holds(resource, self._around.today) else None
        held = in_force(getattr(resource, "identifier", None), self._around.today)
        code = next((str(each.value) for each in held if _is_practice(each)), None)
        name = getattr(resource, "name", None)
        return (code, _short(name) if isinstance(name, str) else "") if code else None

    def _doctor(self, reference: Any, telecoms: tuple[Telecom, ...] = ()) -> Practitioner | None:
        """A doctor by name, with their number and how to reach them where these are said."""
        if reference is None:
            return None
        inside = self._around.resolve(reference)
        if inside is None:
            return self._doctor_by_reference(reference, telecoms)
        place, resource = inside
        kind = type(resource).__name__
        if kind not in DOCTORS or not holds(resource, self._around.today):
            return None
        own = self._telecoms(resource.telecom, kind) or ()
        reached = tuple(dict.fromkeys((*telecoms, *own)))
        if kind == "PractitionerRole":
            found = self._doctor(resource.practitioner, reached)
        else:
            name = next(filter(None, map(_name, in_force(resource.name, self._around.today))), "")
            numbers = in_force(resource.identifier, self._around.today)
            found = _practitioner(
                name, next((str(each.value) for each in numbers if each.value), ""), reached
            )
        if found is not None:
            self._also_read[place] = frozenset({"telecom"})
        return found

    def _doctor_by_reference(self, reference: Any, telecoms: tuple[Telecom, ...]) -> Practitioner | None:
        """Somebody who is only named in the reference itself, where it says that it is a person."""
        numbered = reference.identifier
        kind = reference.type or (reference.reference or "").rpartition("/")[0].rpartition("/")[2]
        if kind not in DOCTORS and (kind or not _has_title(_display(reference))):
            return None
        code = str(numbered.value) if numbered is not None and numbered.value else ""
        return _practitioner(_display(reference), code, telecoms)


def _has_title(name: str) -> bool:
    """Whether a name begins like a person's."""
    return name.partition(" ")[0].rstrip(".").casefold() in TITLES


def _each(items: Iterable[Any] | None, path: str) -> Iterator[tuple[str, Any]]:
    """Each item that is there, with its place."""
    return ((f"{path}[{index}]", each) for index, each in enumerate(items or []) if each is not None)


def _practitioner(name: str, code: str, telecoms: tuple[Telecom, ...]) -> Practitioner | None:
    return Practitioner(name=_short(name), code=code, telecoms=telecoms) if name else None


def _short(name: str) -> str:
    """A name of a length that can be shown, with a sign that it goes on."""
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _is_practice(identifier: Any) -> bool:
    """Whether it is an ODS code, of a length that one may have."""
    if identifier is None or identifier.system != systems.ODS_ORGANISATION:
        return False
    return 0 < len(identifier.value or "") <= LONGEST_CODE


def _spoken(value: str | None) -> str:
    """A number without the scheme that some write before it."""
    return (value or "").strip().removeprefix("tel:").removeprefix("mailto:").strip()


def _name(name: Any) -> str:
    """A name in one line, as it is spoken."""
    if name is None:
        return ""
    parts = [
        each
        for each in (*(name.prefix or ()), *(name.given or ()), name.family, *(name.suffix or ()))
        if each
    ]
    spoken, text = plainly_written(" ".join(parts)), plainly_written(name.text or "")
    return text if set(spoken.split()) < set(text.split()) else spoken


def _display(reference: Any) -> str:
    return plainly_written(getattr(reference, "display", None) or "")


def _said_of(concept: Any) -> list[str]:
    """The codes of our list, and what was written in words beyond them; else the name of a code, or the
    code.
    """
    codings = list(concept.coding or [])
    known = [
        str(each.code)
        for each in codings
        if each.system in CODED and each.code and RELATIONSHIPS.known(each.code)
    ]
    told = {
        each.casefold()
        for each in (*map(RELATIONSHIPS.label, known), *(each.display or "" for each in codings))
    }
    text = plainly_written(concept.text or "")
    words = [text] if text and (not known or text.casefold() not in told) else []
    others = [*(each.display for each in codings), *(each.code for each in codings)]
    said = [*known, *words] or list(filter(None, others))[:1]
    return [_short(each) for each in dict.fromkeys(said)]
