"""Which coded values of a message its feed profile does not map: the one place that says so.

Both the check before going live and the queue of a running feed ask here, so that they can never disagree.
A value that is not mapped stays in the raw message and changes nothing; a person adds it to the profile.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from discharge.codes.admissions import ADMISSION_METHODS
from discharge.codes.casework import REFERRAL_REASONS
from fhir_adapters.feeds.discharge_fields import resolve_discharge
from fhir_adapters.feeds.hl7_tables import INDICATOR, REFERRED_BY, YES_NO
from fhir_adapters.feeds.profile import Place, Profile, split_place
from fhir_adapters.hl7v2.interpret.identifiers import pid_numbers, taken_by
from fhir_adapters.hl7v2.parse.segments import DELETED, Message
from fhir_adapters.people.nhs_numbers import check_number


class Unmapped(NamedTuple):
    """One value that the profile does not know: the field it stands in, the value as sent, and the key of
    the profile that would map it.
    """

    place: Place
    value: str
    key: str


def unmapped_codes(message: Message, profile: Profile) -> tuple[Unmapped, ...]:
    """The values of this message that the profile should map and does not; each once, in order of fields."""
    found = [each for source in _SOURCES for each in source(message, profile)]
    return tuple(dict.fromkeys(found))


def _value(message: Message, place: Place) -> str:
    name, field, component = split_place(place)
    return message.value(name, field, component)


def _outside(message: Message, place: Place, known: Iterable[str], key: str) -> list[Unmapped]:
    value = _value(message, place)
    return [Unmapped(place, value, key)] if value and value.upper() not in known else []


def _identifiers(message: Message, profile: Profile) -> list[Unmapped]:
    """How the numbers of a person are written of which no pattern takes any: the message cannot be used."""
    pid = message.segment("PID")
    held = [each for each in pid_numbers(pid) if each.cx(1) not in ("", DELETED)] if pid else []
    if any(taken_by(each, profile) for each in held):
        return []
    return [
        Unmapped(f"PID-{each.field}", "^".join(each.written), _kind_of_number(each.cx(1))) for each in held
    ]


def _kind_of_number(number: str) -> str:
    return "identifiers.nhs_number" if check_number(number).usable else "identifiers.local"


def _sex(message: Message, profile: Profile) -> list[Unmapped]:
    return _outside(message, "PID-8", profile.sex, "sex")


def _class(message: Message, profile: Profile) -> list[Unmapped]:
    return _outside(message, "PV1-2", profile.classes.inpatient | profile.classes.not_inpatient, "classes")


def _death(message: Message, _: Profile) -> list[Unmapped]:
    return _outside(message, "PID-30", INDICATOR, "")


def _fitness(message: Message, profile: Profile) -> list[Unmapped]:
    place = profile.fitness.indicator
    return _outside(message, place, YES_NO, "fitness") if place else []


def _hiding(message: Message, profile: Profile) -> list[Unmapped]:
    rules = profile.hidden_when
    return [
        each
        for rule in rules
        for each in _outside(message, rule.place, rule.values | rule.lifted_by | rule.ignored, "hidden_when")
    ]


def _status(message: Message, profile: Profile) -> list[Unmapped]:
    status = profile.encounter_status
    return _outside(message, status.place, status.words, "encounter_status.words") if status else []


def _leaving(message: Message, profile: Profile) -> list[Unmapped]:
    """Each of PV1-36 and PV1-37 that could not be told; a field that could was not the trouble."""
    raw_36, raw_37 = _value(message, "PV1-36"), _value(message, "PV1-37")
    codes = resolve_discharge(raw_36, raw_37, profile)
    if codes is None or codes.check != "unmapped":
        return []
    field = profile.discharge.destination_field
    told = {36: codes.destination, 37: codes.method}
    if field == 37:
        told = {36: codes.method, 37: codes.destination}
    return [
        Unmapped(f"PV1-{number}", raw, _key(number, field))
        for number, raw in ((36, raw_36), (37, raw_37))
        if raw and not told[number]
    ]


def _key(number: int, destination_field: int | str) -> str:
    return "discharge.words" if destination_field in (number, "by-value") else "discharge.method_words"


def _admission(message: Message, _: Profile) -> list[Unmapped]:
    return _outside(message, "PV1-4", {row.code for row in ADMISSION_METHODS}, "")


def _ward(message: Message, profile: Profile) -> list[Unmapped]:
    """A location in which the profile's template finds no ward."""
    pv1 = message.segment("PV1")
    place = pv1.first(3) if pv1 else None
    if place is None or not place.valued or any(place(part) for part in profile.location.ward):
        return []
    written = "^".join("&".join(inner) for inner in place.parts)
    return [Unmapped("PV1-3", written, "location.ward")]


def _reasons(message: Message, profile: Profile) -> list[Unmapped]:
    """Reasons for a referral that are neither in our list nor among the trust's own words."""
    known = {word.casefold() for word in profile.referrals.reasons}
    return [
        Unmapped("RF1-10", code, "referrals.reasons")
        for rf1 in message.all("RF1")
        for code in (reason(1) for reason in rf1.repetitions(10))
        if code and code.upper() not in REFERRED_BY and code.casefold() not in known
        if not REFERRAL_REASONS.known(code.casefold())
    ]


_SOURCES: tuple[Callable[[Message, Profile], list[Unmapped]], ...] = (
    _identifiers,
    _sex,
    _death,
    _class,
    _leaving,
    _status,
    _admission,
    _ward,
    _reasons,
    _fitness,
    _hiding,
)
