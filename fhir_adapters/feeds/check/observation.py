"""One message as its profile sees it: what would become of it, and what each field gave."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_adapters.feeds.check.clocks import TIMES
from fhir_adapters.feeds.profile import Profile, split_place
from fhir_adapters.hl7v2.facts import (
    Interpretation,
    Interpreted,
    NotUsed,
    PersonReported,
    StayReported,
)
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, read_envelope
from fhir_adapters.hl7v2.parse.segments import Message


@dataclass(frozen=True, slots=True)
class Observation:
    """One message that was read: what came of it. `message` is None where its header could not be read."""

    outcome: Interpretation | Unreadable
    envelope: MessageHeader | None
    message: Message | None = None

    @property
    def concerns_us(self) -> bool:
        """Whether its fields count: what nobody would use says nothing of the profile."""
        return self.message is not None and not isinstance(self.outcome, NotUsed)


@dataclass(frozen=True, slots=True)
class Found:
    """What one message gave for one thing: whether it was there, was understood, and in which way."""

    name: str
    filled: bool
    understood: bool = True
    how: str = ""


def observe(raw: bytes, profile: Profile) -> Observation:
    """Read one message as a running feed would, which refuses one without an id; a fault of ours is parked
    there, too.
    """
    envelope = read_envelope(raw)
    if isinstance(envelope, Unreadable):
        return Observation(envelope, envelope.header)
    message, outcome = understood(raw, profile)
    return Observation(outcome, envelope, message)


def fields_of(seen: Observation, profile: Profile) -> Iterator[Found]:
    """What a message that concerns us gave, thing by thing."""
    if seen.message is None:
        return
    reader = Reader(seen.message, profile)
    yield from _times(reader)
    if not isinstance(seen.outcome, Interpreted):
        return
    for fact in seen.outcome.facts:
        if isinstance(fact, PersonReported):
            yield from _person(fact, reader)
        elif isinstance(fact, StayReported):
            yield from _stay(fact, reader)


def _times(reader: Reader) -> Iterator[Found]:
    for place in TIMES:
        if reader.message.segment(split_place(place)[0]):
            yield Found(f"time in {place}", bool(reader.value(place)), reader.time(place) is not None)


def _person(person: PersonReported, reader: Reader) -> Iterator[Found]:
    nhs = [each for each in person.identifiers if each.kind == "nhs"]
    yield Found("NHS number", bool(nhs), any(each.usable for each in nhs))
    yield Found("hospital number", any(each.kind == "local" for each in person.identifiers))
    yield Found("name", person.names is not None)
    yield Found("birth date", bool(reader.value("PID-7")), person.birth_date is not None)
    yield Found("sex", bool(reader.value("PID-8")), person.sex is not None)
    yield Found("address", person.addresses is not None)
    for rule in reader.profile.hidden_when:
        value = reader.value(rule.place).upper()
        yield Found(f"hiding in {rule.place}", bool(value), value in rule.values | rule.lifted_by)


def _stay(stay: StayReported, reader: Reader) -> Iterator[Found]:
    profile = reader.profile
    yield Found("patient class", stay.patient_class is not None, stay.inpatient is not None)
    yield Found("visit number", stay.key.visit_number is not None)
    yield Found("admission time", stay.key.admitted_at is not None)
    for part in ("ward", "bay", "bed", "site"):
        if getattr(profile.location, part):
            yield Found(part, stay.location is not None and getattr(stay.location, part) is not None)
    if stay.movement == "move-planned":
        yield Found("ward to come", stay.planned_ward is not None)
    yield Found("expected discharge", stay.expected_discharge_on is not None, how=_expected(stay, reader))
    if profile.fitness.indicator:
        written = reader.value(profile.fitness.indicator)
        yield Found("medically fit", bool(written), stay.medically_fit is not None)
    if profile.fitness.fit_on:
        yield Found(
            "fit since", bool(reader.value(profile.fitness.fit_on)), stay.medically_fit_on is not None
        )
    if profile.encounter_status:
        status = reader.value(profile.encounter_status.place).upper()
        yield Found("encounter status", bool(status), status in profile.encounter_status.words)
    for extra in profile.extras:
        yield Found(extra.name, bool(reader.value(extra.place)))
    yield from _leaving(stay, reader)


def _leaving(stay: StayReported, reader: Reader) -> Iterator[Found]:
    codes, fields = stay.discharge, reader.profile.discharge
    if codes is None:
        if stay.movement == "discharged":
            yield from (Found("destination", filled=False), Found("method", filled=False))
        return
    raw: dict[int | str, str] = {36: codes.raw_36, 37: codes.raw_37, "by-value": codes.raw_36 + codes.raw_37}
    told = (
        ("destination", fields.destination_field, codes.destination),
        ("method", fields.method_field, codes.method),
    )
    for name, field, found in told:
        yield Found(name, bool(found or raw[field]), found is not None, codes.check)


def _expected(stay: StayReported, reader: Reader) -> str:
    if stay.expected_discharge_on is None:
        return ""
    profile = reader.profile
    beside = (rule.place for rule in profile.expected_discharge_with if reader.value(rule.only_with))
    places = (*profile.expected_discharge, *profile.expected_discharge_in_plan, *beside)
    stamps = ((place, reader.time(place)) for place in places)
    found = (place for place, stamp in stamps if stamp and stamp.day == stay.expected_discharge_on)
    return next(found, "planned length of stay")
