"""One notation of places: faults of form, codes and rules name the same field alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.commands.schemas import CommandRequest
from api.contract.code_fields import code_faults
from api.web.body_faults import faults_of, pointer_to, refusal_fault
from discharge.cases.decide.common import all_coded
from discharge.errors import Refused
from fhir_adapters.referrals import ReferralValues
from tests.fixtures.cases import TODAY

AMENDED = {"kind": "amend-referral", "needs": ["hoist", "no-such-need"]}


def test_given_the_same_place_when_form_list_and_rule_find_a_fault_then_each_names_it_alike() -> None:
    with pytest.raises(ValidationError) as form:
        CommandRequest.model_validate(AMENDED | {"needs": ["hoist", 7]})
    with pytest.raises(Refused) as rule:
        all_coded("needs", AMENDED["needs"], TODAY, "needs")
    found = [*faults_of(form.value.errors()), *code_faults("AmendReferralCommand", AMENDED)]
    found.append(refusal_fault(rule.value))
    assert [(each.where, each.pointer) for each in found] == [("needs[1]", "#/needs/1")] * 3


def test_given_a_place_in_a_list_of_objects_when_it_is_at_fault_then_its_number_is_in_brackets() -> None:
    with pytest.raises(ValidationError) as form:
        ReferralValues.model_validate({"person": {"identifiers": [{"authority": "", "value": "1"}]}})
    [fault] = faults_of(form.value.errors())
    assert (fault.where, fault.pointer) == (
        "person.identifiers[0].authority",
        "#/person/identifiers/0/authority",
    )


@given(
    st.lists(st.from_regex(r"[a-z][a-z_-]{0,8}", fullmatch=True) | st.integers(0, 99), min_size=1, max_size=5)
)
def test_given_any_place_when_named_then_its_pointer_leads_there(parts: list[str | int]) -> None:
    place = ["field", *parts]
    [fault] = faults_of([{"type": "missing", "loc": ("body", *place), "ctx": {}}])
    assert fault.pointer == "#/" + "/".join(str(each) for each in place)
    assert pointer_to(fault.where) == fault.pointer
