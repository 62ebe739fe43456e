"""ADT messages to facts, as the table of triggers says: a person, a stay, two of each, or a merge."""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import (
    Fact,
    Interpretation,
    Interpreted,
    NotUsed,
    Parked,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    StayReported,
)
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.identifiers import usable
from fhir_adapters.hl7v2.interpret.mrg import lacks_authority, read_merges, read_moves
from fhir_adapters.hl7v2.interpret.person import (
    read_contacts,
    read_hidden,
    read_pid,
    read_practice,
    read_practice_name,
)
from fhir_adapters.hl7v2.interpret.practitioners import read_consultant, read_gp
from fhir_adapters.hl7v2.interpret.stay import read_stay
from fhir_adapters.hl7v2.interpret.triggers import DELETED, TRIGGERS, Trigger
from fhir_adapters.hl7v2.parse.segments import Segment

_RESTATED = TRIGGERS["A08"]


def interpret_adt(reader: Reader) -> Interpretation:
    """What an ADT message with a row in the table of triggers means by the reader's profile."""
    return read_as(reader, _trigger(reader))


def read_as(reader: Reader, trigger: Trigger) -> Interpretation:
    """What a message says of people and stays, read as one with this row of the table."""
    if reader.message.segment("PID") is None:
        return Parked(code="message-not-understood", reason="no-pid")
    rehearsed = _rehearsed(reader) if trigger.merges or trigger.deletes_person else None
    if rehearsed is not None:
        return rehearsed
    if trigger.deletes_person:
        return _deleted(reader)
    if trigger.merges == "persons":
        return _merged(reader)
    if trigger.merges == "stay":
        return _moved(reader)
    parts = list(_by_person(reader)) if trigger.pairs else [reader]
    told = _together([_reported(part, trigger) for part in parts])
    return told if trigger.links is None else _linked(told, trigger.links)


def _linked(told: Interpretation, linked: bool) -> Interpretation:
    """The link between the two people of a message; with a patient of rehearsals there is none."""
    if not isinstance(told, Interpreted):
        return told
    people = [fact for fact in told.facts if isinstance(fact, PersonReported)]
    if len(people) != 2:
        return Parked(code="message-not-understood", reason="link-without-two-persons")
    one, other = (usable(person.identifiers) for person in people)
    link = PersonsLinked(stated_at=people[0].stated_at, linked=linked, one=one, other=other)
    return told.model_copy(update={"facts": (*told.facts, link)})


def _trigger(reader: Reader) -> Trigger:
    """The row of the trigger, unless the profile knows this message as a deletion."""
    event = reader.message.envelope.trigger
    deleting = (rule for rule in reader.profile.deleted_when if rule.trigger == event)
    if any(rule.place is None or reader.value(rule.place).upper() in rule.values for rule in deleting):
        return DELETED
    return TRIGGERS[event]


def _by_person(reader: Reader) -> Iterator[Reader]:
    """A message of several people as one message for each: its head, then one PID with what follows it."""
    segments = reader.message.segments
    starts = [index for index, segment in enumerate(segments) if segment.name == "PID"]
    head = segments[: starts[0]]
    for start, end in zip(starts, [*starts[1:], len(segments)], strict=True):
        yield reader.over((*head, *segments[start:end]))


def hidden_people(reader: Reader) -> tuple[PersonReported, ...]:
    """The people whose location a message hides, each with all that it says of them."""
    if reader.message.segment("PID") is None:
        return ()
    parts = ((part, part.message.segment("PID")) for part in _by_person(reader) if read_hidden(part))
    said = (_person(pid, part, Notes()) for part, pid in parts if pid and not _is_test_name(pid, part))
    return tuple(person for person in said if usable(person.identifiers))


def _introduced(reader: Reader) -> tuple[PersonReported, ...]:
    """Who the people of a merge or move are, for those of whom nothing else is said. Such messages change
    nobody's details (HL7 UK A.3).
    """
    said = (read_pid(pid, reader, Notes()) for pid in reader.message.all("PID"))
    return tuple(
        PersonReported(
            introduces=True,
            stated_at=reader.stated_at,
            identifiers=usable(person.identifiers),
            names=person.names,
            birth_date=person.birth_date,
            sex=person.sex,
            addresses=person.addresses,
        )
        for person in said
        if usable(person.identifiers) and (person.names or person.birth_date)
    )


def only_hidden(person: PersonReported) -> PersonReported:
    """That a person's location is hidden, and nothing else that was said of them."""
    return PersonReported(stated_at=person.stated_at, identifiers=person.identifiers, hidden=True)


def _together(each: list[Interpretation]) -> Interpretation:
    """One meaning of several: nothing is done by halves, and a test person is left out."""
    parked = next((one for one in each if isinstance(one, Parked)), None)
    if parked:
        return parked
    found = [one for one in each if isinstance(one, Interpreted)]
    if not found:
        return each[0]
    facts = tuple(fact for one in found for fact in one.facts)
    return Interpreted(facts=facts, notes=tuple(dict.fromkeys(note for one in found for note in one.notes)))


def _is_test_name(pid: Segment, reader: Reader) -> bool:
    names = [rep(part).upper() for rep in pid.repetitions(5) for part in (1, 2)]
    return any(name.startswith(test.upper()) for name in names for test in reader.profile.test_names)


def _test(pid: Segment, reader: Reader) -> NotUsed:
    """A message about a patient of rehearsals, with the numbers by which others of theirs are known."""
    person = read_pid(pid, reader, Notes())
    patient = PersonReported(identifiers=person.identifiers, names=person.names)
    return NotUsed(code="processing-id-not-used", reason="test-name", test_patient=patient)


def _rehearsed(reader: Reader) -> NotUsed | None:
    """A merge or move in which any PID names a test patient is one of rehearsals."""
    pids = (pid for pid in reader.message.all("PID") if _is_test_name(pid, reader))
    return next((_test(pid, reader) for pid in pids), None)


def _deleted(reader: Reader) -> Interpretation:
    """Whose record was deleted; who that is tells more than the numbers, which may be of two people."""
    people = [read_pid(pid, reader, Notes()) for pid in reader.message.all("PID")]
    if not all(usable(person.identifiers) for person in people):
        return Parked(code="message-not-understood", reason="no-usable-identifier")
    deleted = (
        PersonDeleted(
            stated_at=reader.stated_at,
            person=PersonReported(
                identifiers=usable(person.identifiers), names=person.names, birth_date=person.birth_date
            ),
        )
        for person in people
    )
    return Interpreted(facts=(*deleted, *map(only_hidden, hidden_people(reader))))


def _merged(reader: Reader) -> Interpretation:
    merges = read_merges(reader)
    if not merges and lacks_authority(reader):
        return Parked(code="message-not-understood", reason="bare-number")
    if not merges:
        return Parked(code="message-not-understood", reason="no-merge-identifier")
    return Interpreted(facts=(*merges, *_introduced(reader), *map(only_hidden, hidden_people(reader))))


def _moved(reader: Reader) -> Interpretation:
    """Stays given to another number or person; a PV1 beside them tells of the stay as it is now."""
    moves = read_moves(reader)
    if not moves:
        return Parked(code="message-not-understood", reason="no-merge-identifier")
    notes = Notes()
    stay = _stay(reader, _RESTATED, notes) if len(moves) == 1 else None
    restated = isinstance(stay, StayReported) and stay.key.visit_number == moves[0].to_number
    told: tuple[Fact, ...] = (*moves, stay) if restated and isinstance(stay, StayReported) else moves
    facts = (*told, *_introduced(reader), *map(only_hidden, hidden_people(reader)))
    return Interpreted(facts=facts, notes=tuple(dict.fromkeys(notes.codes)))


def _person(pid: Segment, reader: Reader, notes: Notes) -> PersonReported:
    person = read_pid(pid, reader, notes)
    return person.model_copy(
        update={
            "stated_at": reader.stated_at,
            "contacts": read_contacts(reader, notes),
            "practice": read_practice(reader.message),
            "practice_name": read_practice_name(reader.message),
            "gp": read_gp(reader, notes),
            "hidden": read_hidden(reader),
            "cleared": frozenset(notes.cleared & {"addresses", "telecoms"}),
        }
    )


def _stay(reader: Reader, trigger: Trigger, notes: Notes) -> StayReported | Parked | None:
    """The stay that the message names; None where it is about a person only."""
    if trigger.movement is None or reader.message.segment("PV1") is None:
        return None
    stay = read_stay(reader, trigger.movement, trigger.counts, notes)
    if trigger.only_inpatient and stay.inpatient is False:
        notes.codes.append("not-inpatient")
        return None
    if stay.key.named:
        return stay
    if trigger.only_inpatient:
        notes.codes.append("stay-not-named")
        return None
    return Parked(code="message-not-understood", reason="stay-not-named")


def _reported(reader: Reader, trigger: Trigger) -> Interpretation:
    pid = reader.message.segment("PID")
    if pid is None:
        return Parked(code="message-not-understood", reason="no-pid")
    if _is_test_name(pid, reader):
        return _test(pid, reader)
    notes = Notes()
    person = _person(pid, reader, notes)
    if not usable(person.identifiers):
        return Parked(code="message-not-understood", reason="no-usable-identifier")
    stay = _stay(reader, trigger, notes)
    if isinstance(stay, Parked):
        return stay
    if stay is None and trigger.movement is not None and not trigger.only_inpatient:
        return Parked(code="message-not-understood", reason="no-pv1")
    if reader.message.damaged:
        notes.codes.append("segments-damaged")
    if stay is not None:
        person = person.model_copy(update={"consultant": read_consultant(reader)})
    facts: tuple[Fact, ...] = (person,) if stay is None else (person, stay)
    return Interpreted(facts=facts, notes=tuple(dict.fromkeys(notes.codes)))
