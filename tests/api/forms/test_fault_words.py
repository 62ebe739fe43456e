"""What is wrong with an answer on a page is said in words for whoever typed it."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.forms.fault_words import ANY_OTHER, FIELD_WORDS, field_words
from api.forms.property import NEW
from api.forms.submission import faults_of
from api.web.body_faults import WORDS, invalid
from discharge.errors import HomewardError


class Typed(BaseModel):
    reference: str = Field(min_length=2)
    bedrooms: int = Field(ge=0)
    ready_on: date


def test_given_several_wrong_answers_when_read_then_each_is_said_beside_its_question_at_once() -> None:
    with pytest.raises(ValidationError) as wrong:
        Typed.model_validate({"reference": "M", "bedrooms": -1, "ready_on": "tomorrow"})
    said = {each.name: each.words for each in faults_of(invalid(wrong.value), NEW)}
    assert said == {
        "reference": "Enter at least 2 characters",
        "bedrooms": "Enter 0 or more",
        "ready_on": "Enter a real date, for instance 27 March 2026",
    }


def test_given_a_refused_field_when_shown_then_nobody_reads_of_a_request() -> None:
    [fault] = faults_of(HomewardError("invalid-body", detail="x", where="reference"), NEW)
    assert (fault.name, fault.words) == ("reference", ANY_OTHER)


def test_given_every_kind_of_fault_of_a_value_then_it_has_words_for_a_page() -> None:
    of_programs = {"extra_forbidden", "union_tag_invalid", "union_tag_not_found", "json_invalid"}
    of_programs |= {"list_type", "tuple_type", "dict_type", "model_type", "model_attributes_type"}
    assert set(WORDS) - of_programs <= set(FIELD_WORDS)
    assert all("{" not in field_words(kind) and "{" not in field_words(kind, "3") for kind in FIELD_WORDS)
