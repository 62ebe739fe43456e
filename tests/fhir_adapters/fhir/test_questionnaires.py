"""Forms of the home check as Questionnaire, and checks as QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from discharge.cases.model import Case, Check, ItemAnswer
from discharge.disclosure import Telling
from discharge.sight import EVERYTHING
from fhir_adapters.fhir.people import PersonFacts
from fhir_adapters.fhir.questionnaire_responses import CheckFacts, questionnaire_response
from fhir_adapters.fhir.questionnaires import canonical, code_of, questionnaire, resource_id
from housing_checks.checks.form import HOME_CHECK, every_form, form_in_force, form_of
from tests.housing_checks.oxygen_form import IN_WORDS, oxygen_asked

BEFORE, AFTER = date(2026, 10, 31), date(2026, 11, 1)
NOTE = UUID(int=7)
DAY = date(2026, 4, 2)


@pytest.fixture(autouse=True)
def oxygen() -> Iterator[None]:
    """A site's own form: it has every type of answer, and skip conditions of every kind."""
    with oxygen_asked(rows=IN_WORDS):
        yield


def items(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["linkId"]: item for part in resource["item"] for item in part["item"]}


def test_given_every_edition_and_a_sites_own_form_then_each_is_a_questionnaire_by_id_and_address() -> None:
    for form in every_form(DAY):
        resource = questionnaire(form, DAY)
        Questionnaire.model_validate(resource)
        assert list(items(resource)) == list(form.codes)
        assert f"{resource['url']}|{resource['version']}" == canonical(form.code)
        assert code_of(resource["id"]) == form.code
    assert resource_id("home-check-1+oxygen") == "home-check-1.oxygen"


@pytest.mark.parametrize(
    ("edition", "on", "status"),
    [("1", BEFORE, "active"), ("1", AFTER, "retired"), ("2", BEFORE, "draft"), ("2", AFTER, "active")],
)
def test_given_a_day_then_the_period_of_an_edition_says_how_it_stands(
    edition: str, on: date, status: str
) -> None:
    resource = questionnaire(form_of(f"{HOME_CHECK.name}-{edition}"), on)
    period = {"1": {"start": "2024-01-26", "end": "2026-10-31"}, "2": {"start": "2026-11-01"}}
    assert (resource["status"], resource["effectivePeriod"]) == (status, period[edition])


def test_given_types_and_conditions_then_the_questionnaire_has_them_as_fhir_does() -> None:
    asked = items(questionnaire(form_in_force(DAY), DAY))
    assert {code: asked[code]["type"] for code in ("oxygen", "door", "cylinder", "alarm", "record")} == {
        "oxygen": "choice", "door": "quantity", "cylinder": "open-choice", "alarm": "date", "record": "text",
    }  # fmt: skip
    options = [each["valueCoding"] for each in asked["smokes"]["answerOption"]]
    assert [each["code"] for each in options] == ["yes", "no", "not-applicable", "unknown"]
    assert {each["system"].rpartition("/")[2] for each in options[2:]} == {"data-absent-reason"}
    assert [each["valueCoding"]["code"] for each in asked["cylinder"]["answerOption"]] == [
        "cupboard", "open", "unknown",
    ]  # fmt: skip
    first, second = asked["door"]["enableWhen"]
    assert (asked["door"]["enableBehavior"], first["answerBoolean"], first["operator"]) == (
        "any", False, "exists",
    )  # fmt: skip
    assert (second["operator"], second["answerCoding"]["code"]) == ("!=", "no")
    assert asked["cylinder"]["enableWhen"][0]["answerQuantity"] == {"value": 75, "unit": "cm"}
    assert [each.get("valueDecimal") for each in asked["door"]["extension"]] == [None, 40, 200]


ANSWERS = {
    "oxygen": ("yes", {"valueCoding": {"code": "yes"}}),
    "smokes": ("not-applicable", {"valueCoding": {"code": "not-applicable"}}),
    "door": ("80.5", {"valueQuantity": {"value": 80.5, "unit": "cm"}}),
    "cylinder": ("written", {"valueString": "Under the stairs"}),
    "alarm": ("2026-03-30", {"valueDate": "2026-03-30"}),
    "record": ("written", {"valueString": "Under the stairs"}),
}


def response(words: dict[UUID, str], **changed: str) -> dict[str, Any]:
    check = Check(form=form_in_force(DAY).code, started_on=DAY)
    for code, (value, _) in ANSWERS.items():
        note = NOTE if changed.get(code, value) == "written" else None
        check = check.with_answer(
            code, ItemAnswer(value=changed.get(code, value), answered_on=DAY, evidence="seen", note_id=note)
        )
    case, person = uuid4(), PersonFacts(uuid4())
    facts = CheckFacts(uuid4(), case, check, amended=False, words=words)
    found = questionnaire_response(facts, Telling(Case(case_id=case), EVERYTHING), person)
    QuestionnaireResponse.model_validate(found)
    return found


def test_given_answers_of_every_type_then_the_response_says_them_with_evidence_and_day() -> None:
    found = response({NOTE: "Under the stairs"})
    answered = items(found)
    for code, (_, value) in ANSWERS.items():
        [answer] = answered[code]["answer"]
        key = next(iter(value))
        said = answer[key] if key != "valueCoding" else {"code": answer[key]["code"]}
        assert {key: said} == value, code
        assert [each.get("valueCode") for each in answer["extension"]] == [None, "seen"]
    assert found["questionnaire"].endswith("/Questionnaire/home-check|1+oxygen")
    assert (found["status"], found["authored"]) == ("in-progress", "2026-04-02")


def test_given_words_that_the_reader_may_not_read_then_they_are_masked_and_no_default_stands_there() -> None:
    for code in ("cylinder", "record"):
        [answer] = items(response({}))[code]["answer"]
        assert answer["_valueString"]["extension"][0]["valueCode"] == "masked"
        assert "valueString" not in answer


@pytest.mark.parametrize(
    ("code", "key"), [("door", "valueQuantity"), ("alarm", "_valueDate"), ("record", "_valueString")]
)
def test_given_what_is_not_known_then_the_reason_stands_where_the_value_would(code: str, key: str) -> None:
    [answer] = items(response({}, **{code: "unknown"}))[code]["answer"]
    assert answer[key]["extension"][0]["valueCode"] == "unknown"


def test_given_items_that_are_not_asked_then_the_response_leaves_them_out() -> None:
    answered = items(response({}, oxygen="no"))
    assert "heating" in answered
    assert "answer" not in answered["heating"]


def test_given_a_check_on_an_unknown_edition_then_its_response_names_that_edition_and_its_answers() -> None:
    check = Check(form="home-check-9", started_on=DAY).with_answer("food", ItemAnswer(value="yes"))
    case = uuid4()
    facts = CheckFacts(uuid4(), case, check, amended=False, words={})
    found = questionnaire_response(facts, Telling(Case(case_id=case), EVERYTHING), PersonFacts(uuid4()))
    QuestionnaireResponse.model_validate(found)
    assert found["questionnaire"].endswith("|9")
    assert items(found)["food"]["answer"][0]["valueCoding"]["code"] == "yes"
