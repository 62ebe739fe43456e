"""Messages that we send: built segment by segment, and valid by hl7apy's tables before they may leave.

One message tells the whole of what we hold: the expected date of discharge, whether the person is fit to
leave, whether the home is ready. What we do not know, or the trust does not take, stays empty, which in HL7
v2 means *unchanged*; only an expected date that was withdrawn is told as a deletion. Ward, bed and address
are the trust's own business and are never repeated to it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message, Segment
from hl7apy.exceptions import HL7apyException

from discharge.clocks import london
from fhir_adapters.hl7v2.parse.envelope import Delimiters
from fhir_adapters.hl7v2.receive.ack import escape
from fhir_adapters.hl7v2.send.news import Named, News, Stay
from fhir_adapters.hl7v2.send.sends import LOCAL_CODES, Observation, Parties, Sends, Target, field_of

STRICT = VALIDATION_LEVEL.STRICT
MARKS = Delimiters()
DELETED = '""'
YES_NO: Mapping[str, str] = MappingProxyType({"yes": "Y", "no": "N"})
SEXES: Mapping[str, str] = MappingProxyType(
    {"male": "1", "female": "2", "indeterminate": "9", "unknown": "0"}
)
"""Table 0001 as the NHS uses it."""

STRUCTURES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("2.4", "A08"): "ADT_A01",
        ("2.4", "A16"): "ADT_A16",
        ("2.4", "A25"): "ADT_A21",
        ("2.4", "T02"): "MDM_T02",
        ("2.3", "A08"): "ADT_A01",
        ("2.3", "A16"): "ADT_A16",
        ("2.3", "A25"): "ADT_A16",
        ("2.3", "T02"): "MDM_T02",
    }
)
"""Version and event -> the structure it is checked by; what we send in an A25 of 2.3 fits that of an A16."""

_Fields = dict[int, str]
_Plain = Callable[[str], str]
_Values = list[tuple[Target, str]]


class CannotBuild(ValueError):
    """What is to be told makes no valid message. The text names segments and rules, never a value."""


@dataclass(frozen=True)
class Built:
    """One message, ready to be framed."""

    raw: bytes
    control_id: str
    event: str


def build(
    news: News,
    person: Named,
    stay: Stay,
    *,
    sends: Sends,
    parties: Parties,
    control_id: str,
    at: datetime,
) -> Built:
    """The message for one item, the same bytes for the same arguments. `at` is an instant of case time.

    Raises CannotBuild where the person has no number, or hl7apy finds the message invalid.
    """
    if not (person.nhs_number or person.local_number):
        raise CannotBuild("PID-3: the person has no number that the trust knows")
    event = event_of(news, sends)
    plain = _ascii if sends.ascii else _safe
    values = _values(news, sends)
    standard = [
        ("EVN", _evn(event, at)),
        ("PID", _pid(person, plain)),
        ("PV1", _pv1(stay, plain)),
        *_documents(event, control_id, at),
        *_segments(values, "PV2"),
    ]
    observations = [("OBX", _obx(number, *pair, at)) for number, pair in enumerate(_observed(values), 1)]
    own = _segments(values, "Z")
    charset = "" if _is_ascii(standard) else "UNICODE UTF-8"
    msh = ("MSH", _msh(event, sends, parties, control_id, at, charset))
    try:
        text = _written([msh, *standard, *observations], own, STRUCTURES[sends.version, event], sends.version)
    except (HL7apyException, ValueError) as fault:  # its words may repeat a value
        raise CannotBuild(f"not valid HL7 {sends.version}: {type(fault).__name__}") from None
    return Built(text.encode("utf-8"), control_id, event)


def event_of(news: News, sends: Sends) -> str:
    """The trigger that tells the news: a plan that has no date can be neither made nor withdrawn."""
    if sends.message != "A16":
        return sends.message
    if news.withdrawn == "yes":
        return "A25"
    return "A16" if news.expected_discharge_on else "A08"


def _values(news: News, sends: Sends) -> _Values:
    """What stands where; nothing for what has no place or is not known."""
    expected = _day(news.expected_discharge_on) or (DELETED if news.withdrawn == "yes" else "")
    told = (
        (sends.expected_discharge, expected),
        (sends.fit, YES_NO.get(news.fit or "", "")),
        (sends.fit_on, _day(news.fit_on)),
        (sends.home_ready, YES_NO.get(news.home_ready, "U")),
        (sends.home_ready_on, _day(news.home_ready_on)),
    )
    return [(target, value) for target, value in told if target is not None and value]


def _segments(values: _Values, prefix: str) -> list[tuple[str, _Fields]]:
    found: dict[str, _Fields] = {}
    for target, value in values:
        if isinstance(target, str) and target.startswith(prefix):
            segment, number = field_of(target)
            found.setdefault(segment, {})[number] = value
    return sorted(found.items())


def _observed(values: _Values) -> list[tuple[Observation, str]]:
    return [(target, value) for target, value in values if isinstance(target, Observation)]


def _obx(number: int, target: Observation, value: str, at: datetime) -> _Fields:
    dated = value.isdigit()
    return {
        1: str(number),
        2: "DT" if dated else "CE",
        3: f"{target.code}^{target.words}^{LOCAL_CODES}",
        5: value if dated or value == DELETED else f"{value}^{_ANSWERS[value]}^{LOCAL_CODES}",
        11: "D" if value == DELETED else "F",
        14: _time(at),
    }


_ANSWERS = {"Y": "Yes", "N": "No", "U": "Not known"}


def _evn(event: str, at: datetime) -> _Fields:
    return {1: event, 2: _time(at), 6: _time(at)}


def _msh(event: str, sends: Sends, parties: Parties, control_id: str, at: datetime, charset: str) -> _Fields:
    kind = "MDM" if event == "T02" else "ADT"
    structure = f"^{STRUCTURES[sends.version, event]}" if sends.version == "2.4" else ""
    return {
        3: parties.sending_application,
        4: parties.sending_facility,
        5: parties.receiving_application,
        6: parties.receiving_facility,
        7: _time(at),
        9: f"{kind}^{event}{structure}",
        10: control_id,
        11: sends.processing_id,
        12: sends.version,
        15: sends.accept,
        16: sends.application,
        17: "GBR",
        18: charset,
    }


def _pid(person: Named, plain: _Plain) -> _Fields:
    numbers = []
    if person.nhs_number:
        numbers.append(f"{person.nhs_number}^^^NHS^NH")
    if person.local_number:
        numbers.append(f"{_safe(person.local_number)}^^^{_safe(person.local_authority)}^MR")
    return {
        3: "~".join(numbers),
        5: "^".join(part for part in (plain(person.family_name), plain(person.given_name)) if part),
        7: _day(person.birth_date),
        8: SEXES.get(person.sex or "", ""),
    }


def _pv1(stay: Stay, plain: _Plain) -> _Fields:
    admitted = _time(stay.admitted_at) if stay.admitted_at else ""
    return {2: "I", 19: plain(stay.visit_number), 44: admitted}


def _documents(event: str, control_id: str, at: datetime) -> list[tuple[str, _Fields]]:
    """TXA: a consultation note of ours, authenticated, available (tables 0270, 0271, 0273)."""
    if event != "T02":
        return []
    return [("TXA", {1: "1", 2: "CN", 3: "TX", 4: _time(at), 12: control_id, 17: "AU", 19: "AV"})]


def _written(
    standard: Iterable[tuple[str, _Fields]], own: Iterable[tuple[str, _Fields]], structure: str, version: str
) -> str:
    """The text, once hl7apy finds nothing wrong; it would drop Z segments, so those are added at the end."""
    message = Message(structure, version=version, validation_level=STRICT)
    lines = []
    for name, fields in standard:
        segment = message.msh if name == "MSH" else message.add_segment(name)
        lines.append(_filled(segment, fields))
    message.validate()
    lines += [_filled(Segment(name, version=version), fields) for name, fields in own]
    return "\r".join(lines) + "\r"


def _filled(segment: Segment, fields: _Fields) -> str:
    for number, value in sorted(fields.items()):
        first, *others = value.split(MARKS.repetition) if value else [""]
        if first:
            setattr(segment, f"{segment.name}_{number}".lower(), first)
        for other in others:
            segment.add_field(f"{segment.name}_{number}".lower()).value = other
    return str(segment.to_er7())


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return _safe(bare)


def _safe(text: str) -> str:
    return escape(text, MARKS)


def _is_ascii(segments: Iterable[tuple[str, _Fields]]) -> bool:
    return all(value.isascii() for _, fields in segments for value in fields.values())


def _day(value: date | None) -> str:
    return f"{value:%Y%m%d}" if value else ""


def _time(instant: datetime) -> str:
    return london(instant).strftime("%Y%m%d%H%M%S%z")
