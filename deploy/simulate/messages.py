"""How the simulated hospital writes what it has to say: the fields of NHS ITK HL7 v2.4, segment by segment.

Bytes depend on the plan and the start alone, so that the same step has the same bytes whenever it is sent.
Times are London local times without offset, as English feeds write them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from deploy.simulate import adt_messages
from deploy.simulate.journeys import Adt, Journey, Step
from deploy.simulate.pace import Pace
from deploy.simulate.people import SimPerson
from deploy.simulate.wards import Bed
from discharge.clocks import london

Fields = dict[int, str]
Segments = dict[str, Fields]

APPLICATION, TRUST = "HVPAS", "RXH"
LOCAL_AUTHORITY = "RXH"
NHS = "NHS"
TRACED = "NSTS01"
EMERGENCY, USUAL_ADMISSION_SOURCE = "21", "19"
HIDDEN, NOT_HIDDEN = "1", "0"


def written(journey: Journey, step: Step, pace: Pace, run: str) -> bytes:
    """The bytes of a step's message; `run` keeps the control ids of one simulation apart from another's."""
    message = step.message
    if message is None:
        raise ValueError("this step sends no message")
    number = int(step.details.get("repeats", step.number))
    told = (
        step.sent_at
        if number == step.number
        else next(one.sent_at for one in journey.steps if one.number == number)
    )
    header = {
        3: APPLICATION,
        4: TRUST,
        5: "HOMEWARD",
        6: "HHP",
        7: timestamp(told, pace),
        10: f"{run}{step.person:04d}{number:03d}",
        11: "T" if message.rehearsal else "P",
        17: "GBR",
        18: "UNICODE UTF-8",
        19: "EN",
    }
    return adt_messages.adt(message.trigger, header, segments(journey.person, step, message, pace))


def segments(person: SimPerson, step: Step, message: Adt, pace: Pace) -> Segments:
    """Everything but MSH: EVN, PID, and what the trigger calls for."""
    written: Segments = {"EVN": _evn(step, pace), "PID": _pid(person, message, pace)}
    if message.trigger == "A40":
        return written | {"MRG": {1: f"{_second_number(person)}^^^{LOCAL_AUTHORITY}^MR"}}
    if message.trigger in ("A28", "A31"):
        return written | {"NK1": _nk1(person), "PV1": {2: "N"}, "ZU8": _zu8(person)}
    return written | {"PV1": _pv1(message, pace), "PV2": _pv2(message, pace), "ZU1": _zu1(message, pace)}


def timestamp(offset: timedelta, pace: Pace) -> str:
    """An instant as HL7 writes it, to the second."""
    return _stamp(pace.instant(offset))


def _stamp(instant: datetime) -> str:
    return f"{london(instant):%Y%m%d%H%M%S}"


def _evn(step: Step, pace: Pace) -> Fields:
    at = timestamp(step.at, pace)
    return {2: at, 6: at}


def _pid(person: SimPerson, message: Adt, pace: Pace) -> Fields:
    local = _second_number(person) if message.second else person.hospital_number
    numbers = [f"{local}^^^{LOCAL_AUTHORITY}^MR"]
    if not message.second:
        numbers.append(f"{person.nhs_number}^^^{NHS}^NH")
    fields = {
        3: "~".join(numbers),
        5: f"{person.family}^{person.given}^^^^^L",
        7: f"{person.born:%Y%m%d}",
        8: person.sex,
        11: f"{person.line}^^{person.town}^^{person.postcode}^GBR^H",
        13: f"{person.phone}^PRN^PH",
        32: TRACED,
    }
    if message.died is not None:
        fields |= {29: timestamp(message.died, pace), 30: "Y"}
    return fields


def _second_number(person: SimPerson) -> str:
    """The number of the record that was made by mistake and is later merged."""
    return f"{person.hospital_number}D"


def _nk1(person: SimPerson) -> Fields:
    name, relationship, phone = person.kin
    given, family = name.split(" ", 1)
    return {1: "1", 2: f"{family}^{given}", 3: relationship, 5: f"{phone}^PRN^CP"}


def _pv1(message: Adt, pace: Pace) -> Fields:
    fields = {
        2: "I",
        3: _place(message.bed),
        4: EMERGENCY,
        6: _place(message.prior),
        14: USUAL_ADMISSION_SOURCE,
        19: message.visit,
        36: message.destination or "",
        37: message.method or "",
    }
    if message.admitted is not None:
        fields[44] = timestamp(message.admitted, pace)
    if message.discharged is not None:
        fields[45] = timestamp(message.discharged, pace)
    return {index: value for index, value in fields.items() if value}


def _place(bed: Bed | None) -> str:
    return f"{bed.ward}^{bed.ward}^{bed.bed}^{bed.site}" if bed else ""


def _pv2(message: Adt, pace: Pace) -> Fields:
    if message.trigger == "A25":
        return {9: '""'}
    return {} if message.expected is None else {9: f"{london(pace.instant(message.expected)):%Y%m%d}1200"}


def _zu1(message: Adt, pace: Pace) -> Fields:
    if message.fit is None:
        return {}
    since = '""' if message.fit_since is None else timestamp(message.fit_since, pace)
    return {22: message.fit, 24: since}


def _zu8(person: SimPerson) -> Fields:
    return {4: HIDDEN if person.hidden else NOT_HIDDEN}
