"""A form of the home check as a Questionnaire: what it asks, when, and how it is answered.

Source: FHIR R4, Questionnaire. An item that is answered yes or no is a choice, because "not known" and "does
not apply" are answers of their own that other items depend on; both are codes of data-absent-reason. A number
is a quantity. Parts of the form are groups, what helps with a question is a display item below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fhir_adapters.fhir import systems
from housing_checks.checks.answer_types import NOT_APPLICABLE, UNKNOWN, WRITTEN, AnswerType
from housing_checks.checks.enable_when import AnswerIs, EnableWhen, FactIs
from housing_checks.checks.form import HOME_CHECK
from housing_checks.checks.model import CheckForm, CheckItem

Json = dict[str, Any]

ABSENT = {UNKNOWN[0]: "Not known", NOT_APPLICABLE: "Does not apply"}
"""Answers that are codes of data-absent-reason, with our words."""

TYPES: dict[AnswerType, str] = {
    "yes-no": "choice",
    "choice": "choice",
    "open-choice": "open-choice",
    "number": "quantity",
    "date": "date",
    "text": "text",
}
CHOSEN = frozenset({"choice", "open-choice"})
"""The types that are answered by a code."""


def resource_id(code: str) -> str:
    """The id of a form: FHIR takes no plus sign in one."""
    return code.replace("+", ".")


def code_of(resource: str) -> str:
    """The code of the form with this id."""
    return resource.replace(".", "+")


def url_and_version(code: str) -> tuple[str, str]:
    """The canonical address of a form, and its version: the edition, with what the site changes in it."""
    version = code.removeprefix(f"{HOME_CHECK.name}-")
    return systems.QUESTIONNAIRE + HOME_CHECK.name, version


def canonical(code: str) -> str:
    """The canonical address with the version."""
    return "|".join(url_and_version(code))


def questionnaire(form: CheckForm, today: date) -> Json:
    """The form: active in its period, retired after it, a draft before it or while it is only tried."""
    url, version = url_and_version(form.code)
    period = {"start": form.effective_from.isoformat()}
    if form.until is not None:
        period["end"] = (form.until - timedelta(days=1)).isoformat()
    return {
        "resourceType": "Questionnaire",
        "id": resource_id(form.code),
        "url": url,
        "version": version,
        "name": "HomeCheck",
        "title": form.title,
        "status": status(form, today),
        "subjectType": ["Patient"],
        "date": form.effective_from.isoformat(),
        "publisher": "Homeward",
        "purpose": f"Source: {form.source}",
        "effectivePeriod": period,
        "item": [
            {
                "linkId": group_id(number),
                "text": title,
                "type": "group",
                "item": [_item(form, item) for item in items],
            }
            for number, (title, items) in enumerate(form.domains, 1)
        ],
    }


def status(form: CheckForm, today: date) -> str:
    """How the form stands on a day, as FHIR says it."""
    if form.shadow or today < form.effective_from:
        return "draft"
    return "active" if form.until is None or today < form.until else "retired"


def group_id(number: int) -> str:
    """The link id of a part of the form."""
    return f"part-{number}"


def _item(form: CheckForm, item: CheckItem) -> Json:
    found: Json = {
        "linkId": item.code,
        "code": [{"system": systems.CHECK_ITEM_CODES, "code": item.code, "display": item.label}],
        "text": item.question,
        "type": TYPES[item.type],
        "required": True,
    }
    if extensions := list(_limits(item)):
        found["extension"] = extensions
    if (when := item.asked_when) is not None:
        found |= _by_circumstances(when) if when.facts or (when.all and when.any) else _enabled(form, when)
    if TYPES[item.type] in CHOSEN:
        chosen = (code for code, _ in item.choices if code != WRITTEN)
        found["answerOption"] = [{"valueCoding": coding(item, code)} for code in chosen]
    if item.hint:
        found["item"] = [_help(item)]
    return found


def _enabled(form: CheckForm, when: EnableWhen) -> Json:
    conditions = [_condition(form, each) for each in when.conditions if isinstance(each, AnswerIs)]
    found: Json = {"enableWhen": conditions}
    return found | ({"enableBehavior": "all" if when.all else "any"} if len(conditions) > 1 else {})


def _by_circumstances(when: EnableWhen) -> Json:
    """FHIR knows conditions on answers alone. What facts of the case decide is said in an extension, and such
    an item need not be answered.
    """
    said = [
        {
            "url": systems.ASKED_WHEN,
            "extension": [
                {"url": "which", "valueCode": which},
                {"url": "fact" if isinstance(each, FactIs) else "question", "valueString": _named(each)},
                {"url": "operator", "valueCode": "=" if isinstance(each, FactIs) else each.operator},
                {"url": "answer", "valueCode": each.answer},
            ],
        }
        for which, conditions in (("all", when.all), ("any", when.any))
        for each in conditions
    ]
    return {"required": False, "modifierExtension": said}


def _named(condition: AnswerIs | FactIs) -> str:
    return condition.fact if isinstance(condition, FactIs) else condition.item


def coding(item: CheckItem, code: str) -> Json:
    """An answer by its code."""
    if code in ABSENT:
        return {"system": systems.ABSENT_CODES, "code": code, "display": ABSENT[code]}
    return {"system": systems.ANSWER_CODES, "code": code, "display": item.words(code)}


def _help(item: CheckItem) -> Json:
    control = {"system": systems.ITEM_CONTROL_CODES, "code": "help"}
    return {
        "extension": [{"url": systems.ITEM_CONTROL, "valueCodeableConcept": {"coding": [control]}}],
        "linkId": f"{item.code}-help",
        "text": item.hint,
        "type": "display",
    }


def _limits(item: CheckItem) -> Iterator[Json]:
    if (numbers := item.numbers) is None:
        return
    unit = {"system": systems.UNIT_CODES, "code": numbers.unit, "display": numbers.unit}
    yield {"url": systems.QUESTION_UNIT, "valueCoding": unit}
    yield {"url": systems.LEAST_VALUE, "valueDecimal": number(numbers.least)}
    if numbers.most is not None:
        yield {"url": systems.MOST_VALUE, "valueDecimal": number(numbers.most)}


def number(value: Decimal) -> int | float:
    """A number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _condition(form: CheckForm, condition: AnswerIs) -> Json:
    said: Json = {"question": condition.item, "operator": condition.operator}
    if condition.operator == "exists":
        return said | {"answerBoolean": condition.answer == "yes"}
    return said | _answer(form.item(condition.item), condition.answer)


def _answer(item: CheckItem, answer: str) -> Json:
    if TYPES[item.type] in CHOSEN or answer in ABSENT or answer == WRITTEN:
        return {"answerCoding": coding(item, answer)}
    if item.type == "date":
        return {"answerDate": answer}
    unit = item.numbers.unit if item.numbers is not None else ""
    return {"answerQuantity": {"value": number(Decimal(answer)), "unit": unit}}
