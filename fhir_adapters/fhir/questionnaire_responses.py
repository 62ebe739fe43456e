"""A check of a case as a QuestionnaireResponse: what was answered to each item, on the form it was begun on.

Source: FHIR R4, QuestionnaireResponse. An answer in words stands in a note beside the record; of one that the
reader may not read, or that was erased, the value is masked. What is not asked of the person is left out, and
what only facts of the case decide, until it is answered: a reader may not see these facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from discharge.cases.model import Check, ItemAnswer
from discharge.disclosure import Telling
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.people import PersonFacts, patient_reference
from fhir_adapters.fhir.questionnaires import ABSENT, CHOSEN, TYPES, canonical, coding, group_id, number
from fhir_adapters.fhir.withheld import MASKED, redaction
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.form import form_of
from housing_checks.checks.model import CheckItem

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """One check of a case: its id, the answers that it has now, whether any was given after it was completed,
    and the words of answers in words that the reader may read, by note.
    """

    check_id: UUID
    case_id: UUID
    check: Check
    amended: bool
    words: Mapping[UUID, str]

    @property
    def status(self) -> str:
        """How it stands, as FHIR says it."""
        if self.check.completed_on is None:
            return "in-progress"
        return "amended" if self.amended else "completed"


def questionnaire_response(facts: CheckFacts, telling: Telling, person: PersonFacts) -> Json:
    """The check with its answers."""
    check = facts.check
    form, given = form_of(check.form), check.given
    by_facts = {item.code for item in form.items if item.asked_when is not None and item.asked_when.facts}
    asked = {code for code in form.asked(check.answers) if code not in by_facts} | given.keys()
    parts = [
        (group_id(place), title, [item for item in items if item.code in asked])
        for place, (title, items) in enumerate(form.domains, 1)
    ]
    days = [answer.answered_on for answer in given.values() if answer.answered_on is not None]
    authored = max((*days, check.completed_on or check.started_on))
    resource: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": str(facts.check_id),
        "basedOn": [{"reference": f"ServiceRequest/{facts.case_id}", "type": "ServiceRequest"}],
        "questionnaire": canonical(check.form),
        "status": facts.status,
        "subject": patient_reference(person),
        "authored": authored.isoformat(),
        "item": [
            {
                "linkId": link,
                "text": title,
                "item": [_item(item, given.get(item.code), facts.words) for item in items],
            }
            for link, title, items in parts
            if items
        ],
    }
    withheld = redaction(telling.sight)
    return resource | ({"meta": withheld} if withheld else {})


def _item(item: CheckItem, answer: ItemAnswer | None, words: Mapping[UUID, str]) -> Json:
    found: Json = {"linkId": item.code, "text": item.question}
    if answer is not None:
        value = _value(item, answer, words)
        found["answer"] = [value | {"extension": known} if (known := _known(answer)) else value]
    return found


def _known(answer: ItemAnswer) -> list[Json]:
    """When it was answered, how that is known, and the last day on which it holds."""
    found: list[Json] = []
    if answer.answered_on is not None:
        found.append({"url": systems.ANSWERED_ON, "valueDate": answer.answered_on.isoformat()})
    if answer.evidence is not None:
        found.append({"url": systems.ANSWER_EVIDENCE, "valueCode": answer.evidence})
    if answer.valid_until is not None:
        found.append({"url": systems.ANSWER_HOLDS_UNTIL, "valueDate": answer.valid_until.isoformat()})
    return found


def _value(item: CheckItem, answer: ItemAnswer, words: Mapping[UUID, str]) -> Json:
    if answer.value == WRITTEN and item.in_words:
        text = words.get(answer.note_id) if answer.note_id is not None else None
        return {"valueString": text} if text is not None else {"_valueString": MASKED}
    kind = TYPES[item.type]
    if kind in CHOSEN or not item.takes(answer.value):
        return {"valueCoding": coding(item, answer.value)}
    if answer.value in ABSENT:
        return _absent(kind, answer.value)
    if kind == "date":
        return {"valueDate": answer.value}
    return _quantity(item, answer.value)


def _absent(kind: str, reason: str) -> Json:
    extension = {"extension": [{"url": systems.DATA_ABSENT_REASON, "valueCode": reason}]}
    return {"quantity": {"valueQuantity": extension}, "date": {"_valueDate": extension}}.get(
        kind, {"_valueString": extension}
    )


def _quantity(item: CheckItem, text: str) -> Json:
    try:
        value = number(Decimal(text))
    except InvalidOperation:
        return {"valueString": text}
    return {"valueQuantity": {"value": value, "unit": item.numbers.unit if item.numbers else ""}}
