"""REF: a referral by HL7 v2, to the values that every door of a referral ends in.

RF1-6 (else RF1-11) is the sender's own number of the referral. What has no field in RF1 comes as OBX whose
OBX-3 names it in our coding system: `tenure^^HOMEWARD`, with the code in OBX-5. Notes (NTE, RF1-10 in words,
other OBX) become one note on the case. Source: HL7 2.4 chapter 11 (HL7 UK A.3 left it unreviewed).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from discharge.codes import casework, destinations
from discharge.codes.model import CodeList
from fhir_adapters.feeds.hl7_tables import REFERRED_BY
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, NotUsed, Parked, ReferralReported
from fhir_adapters.hl7v2.interpret.fields import TEXT_TYPES, Notes, Reader, entity, texts
from fhir_adapters.hl7v2.parse.segments import DELETED, Segment
from fhir_adapters.hl7v2.parse.timestamps import parse_day

ACTIONS: Mapping[str, str] = {"I12": "made", "I13": "changed", "I14": "withdrawn"}
"""Trigger -> what happens to the referral. I15 asks for its status and is not used."""

OWN_SYSTEM = "HOMEWARD"
_LISTS: Mapping[str, CodeList[Any]] = {
    "reason": casework.REFERRAL_REASONS,
    "need": casework.NEEDS,
    "tenure": casework.TENURES,
    "pathway": destinations.PATHWAYS,
    "sharing-basis": casework.SHARING_BASES,
}
_MANY = {"reason": "reasons", "need": "needs"}
_ANSWERS = {"lives-alone": "lives_alone", "homeless": "homeless"}
_DAYS = {"ready-on": "ready_on", "expected-discharge-on": "expected_discharge_on"}
_ENDED = {"R", "E"}
MOST_NOTE = 10_000


class _Misfit(ValueError):
    """A value that is in none of our lists; the text is a code for the operator."""


def add_referral(reader: Reader, subject: Interpreted) -> Interpretation:
    """The referral beside the person and stay that the message names."""
    rf1 = reader.message.segment("RF1")
    if not reader.profile.referrals.ours(reader.value("RF1-3")):
        return NotUsed(code="unknown-trigger", reason="RF1-3")
    if reader.value("RF1-1").upper() in _ENDED and reader.message.envelope.trigger == "I12":
        return NotUsed(code="unknown-trigger", reason="RF1-1")
    notes = Notes()
    try:
        referral = _referral(reader, rf1, notes)
    except _Misfit as misfit:
        return Parked(code="message-not-understood", reason=str(misfit))
    if referral.external_id is None and referral.action != "made":
        return Parked(code="message-not-understood", reason="referral-without-number")
    told = tuple(dict.fromkeys((*subject.notes, *notes.codes)))
    return subject.model_copy(update={"facts": (*subject.facts, referral), "notes": told})


def _referral(reader: Reader, rf1: Segment | None, notes: Notes) -> ReferralReported:
    said = _said(reader, rf1, notes)
    return ReferralReported.model_validate(
        {
            "action": ACTIONS[reader.message.envelope.trigger],
            "stated_at": reader.stated_at,
            "external_id": _number(reader, rf1),
            "referred_on": _referred_on(reader),
            "visit_number": reader.value("PV1-19") or None,
            "note": "\n".join(dict.fromkeys(_texts(reader, rf1)))[:MOST_NOTE] or None,
            **said,
        }
    )


def _number(reader: Reader, rf1: Segment | None) -> str | None:
    """The sender's number as `authority|number`; without an authority, the sending facility's."""
    found = next((ei for field in (6, 11) if rf1 and (ei := entity(rf1.first(field)))), None)
    if found is None:
        return None
    envelope = reader.message.envelope
    return f"{found.authority or envelope.sending_facility or envelope.sending_application}|{found.number}"


def _referred_on(reader: Reader) -> date | None:
    stamps = (reader.time(place) for place in ("RF1-7", "RF1-9", "MSH-7"))
    return next((stamp.day for stamp in stamps if stamp), None)


def _said(reader: Reader, rf1: Segment | None, notes: Notes) -> dict[str, object]:
    """What RF1-10 and our own OBX say, in the codes of our lists. Raises _Misfit."""
    said: dict[str, object] = {}
    many: dict[str, list[str]] = {"reasons": [], "needs": []}
    if rf1:
        many["reasons"] += _reasons(reader, rf1, notes)
    for name, value in _own(reader):
        if name in _MANY:
            many[_MANY[name]].append(_coded(name, value))
        elif name in _LISTS:
            said[name.replace("-", "_")] = _coded(name, value)
        elif name in _ANSWERS:
            said[_ANSWERS[name]] = _answer(value)
        elif name in _DAYS:
            said[_DAYS[name]] = _day(value)
    return said | {name: tuple(dict.fromkeys(codes)) for name, codes in many.items()}


def _own(reader: Reader) -> Iterator[tuple[str, str]]:
    for obx in reader.message.all("OBX"):
        if obx.text(3, 3).upper() == OWN_SYSTEM:
            yield from ((obx.text(3).lower(), value(1)) for value in obx.repetitions(5) if value.valued)


def _reasons(reader: Reader, rf1: Segment, notes: Notes) -> Iterator[str]:
    words = {word.casefold(): code for word, code in reader.profile.referrals.reasons.items()}
    for reason in rf1.repetitions(10):
        code = reason(1).casefold()
        if casework.REFERRAL_REASONS.known(code):
            yield code
        elif code in words:
            yield words[code]
        elif code and code.upper() not in REFERRED_BY:
            notes.codes.append("referral-reason-unmapped")


def _coded(name: str, value: str) -> str:
    code = value.lower()
    found = next((each for each in (code, value) if _LISTS[name].known(each)), None)
    if found is None:
        raise _Misfit(f"referral-{name}-unknown")
    return found


def _answer(value: str) -> str:
    return {"y": "yes", "n": "no", "yes": "yes", "no": "no"}.get(value.casefold(), "unknown")


def _day(value: str) -> date:
    day = parse_day(value)
    if day is None:
        raise _Misfit("referral-date-unreadable")
    return day


def _texts(reader: Reader, rf1: Segment | None) -> Iterator[str]:
    """Everything that was said in words."""
    for reason in rf1.repetitions(10) if rf1 else ():
        if reason(2):
            yield reason(2)
        elif reason(1) and not casework.REFERRAL_REASONS.known(reason(1).casefold()) and len(reason(1)) > 1:
            yield reason(1)
    for segment in reader.message.segments:
        if segment.name == "NTE":
            yield from (text for text in texts(segment, 3) if text != DELETED)
        elif segment.name == "OBX" and segment.text(3, 3).upper() != OWN_SYSTEM:
            yield from _observation(segment)


def _observation(obx: Segment) -> Iterator[str]:
    """A question with its answer in words; files are left out."""
    if obx.text(2) in {"ED", "RP"}:
        return
    question = obx.text(3, 2) or obx.text(3)
    coded = (answer.whole(2) or answer.whole(1) for answer in obx.repetitions(5))
    for text in texts(obx, 5) if obx.text(2) in TEXT_TYPES else coded:
        if text:
            yield f"{question}: {text}" if question else text
