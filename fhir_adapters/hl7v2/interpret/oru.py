"""ORU^R01 that is a question form, and local segments that hold a questionnaire (Homerton's ZQA).

Which orders are forms is data of the feed profile; every other result is a laboratory's or a ward's and is
not used. One OBX is one question; OBR-4 names the form, OBR-3 (else OBR-2) numbers its filling in.
"""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import DocumentReported, FormAnswer, Interpretation, Interpreted, NotUsed
from fhir_adapters.hl7v2.interpret.fields import TEXT_TYPES, Reader, entity, texts
from fhir_adapters.hl7v2.parse.segments import Repetition, Segment

_FILES = {"ED", "RP"}
_RESULT_STATES = {"F": "AU", "C": "AU", "P": "IN", "R": "IN", "I": "IN", "S": "IN"}
"""OBR-25 (table 0123) as a document's completion (table 0271); X is a cancelled form."""


def add_forms(reader: Reader, subject: Interpreted) -> Interpretation:
    """The forms beside the person and stay that the message names."""
    forms = tuple(read_forms(reader))
    if not forms:
        return NotUsed(code="unknown-trigger", reason="not-a-form")
    return subject.model_copy(update={"facts": (*subject.facts, *forms)})


def read_forms(reader: Reader) -> Iterator[DocumentReported]:
    """Every form in the message: one for each OBR that is one, and one for each local segment."""
    rules = reader.profile.forms
    for place, (obr, obxs) in enumerate(_orders(reader.message.segments)):
        if rules.asks(obr.value(4), obr.value(4, 2)):
            yield _ordered(reader, obr, obxs, place)
    if rules.segment:
        for place, segment in enumerate(reader.message.all(rules.segment)):
            yield _local(reader, segment, place)


def _orders(segments: tuple[Segment, ...]) -> Iterator[tuple[Segment, list[Segment]]]:
    obr: Segment | None = None
    obxs: list[Segment] = []
    for segment in segments:
        if segment.name == "OBR":
            if obr:
                yield obr, obxs
            obr, obxs = segment, []
        elif segment.name == "OBX":
            obxs.append(segment)
    if obr:
        yield obr, obxs


def _ordered(reader: Reader, obr: Segment, obxs: list[Segment], place: int) -> DocumentReported:
    number = entity(obr.first(3)) or entity(obr.first(2))
    taken = reader.message.envelope.message_id
    times = (reader.in_segment(obr, field) for field in (7, 22))
    state = obr.value(25).upper()
    return DocumentReported(
        event="cancel" if state == "X" else "new",
        form=True,
        stated_at=reader.stated_at,
        number=f"{number.text if number else taken}/{obr.value(4) or place}",
        type_code=obr.value(4) or None,
        title=obr.value(4, 2) or obr.value(4) or None,
        completion=_RESULT_STATES.get(state),
        written_at=next((stamp.instant for stamp in times if stamp), None),
        answers=tuple(_answer(obx) for obx in obxs if obx.text(2) not in _FILES),
    )


def _answer(obx: Segment) -> FormAnswer:
    given = obx.repetitions(5)
    coded = obx.text(2) in {"CE", "CWE", "CNE"}
    return FormAnswer(
        question=obx.value(3, 2) or obx.value(3),
        question_code=obx.value(3) or None,
        answer="; ".join(
            texts(obx, 5)
            if obx.text(2) in TEXT_TYPES
            else (found.whole(2) if coded and found(2) else _plain(found) for found in given)
        ),
        answer_code="; ".join(found(1) for found in given if found(1)) or None if coded else None,
        unit=obx.value(6) or None,
    )


def _plain(found: Repetition) -> str:
    return " ".join(text for inner in found.parts for text in inner if text)


def _local(reader: Reader, segment: Segment, place: int) -> DocumentReported:
    """A questionnaire in one segment: field 2 its id, 3 question and answer pairs, 8 the combined answer."""
    pairs = [
        FormAnswer(question=pair(1), answer=pair(2) or pair(3))
        for pair in segment.repetitions(3)
        if pair(1) or pair(2)
    ]
    combined = segment.value(8)
    if combined:
        pairs.append(FormAnswer(question="All answers", answer=combined))
    code = segment.value(2)
    return DocumentReported(
        event="new",
        form=True,
        stated_at=reader.stated_at,
        number=f"{reader.message.envelope.message_id}/{segment.name}{place}",
        type_code=code or None,
        title=segment.value(2, 2) or code or None,
        answers=tuple(pairs),
    )
