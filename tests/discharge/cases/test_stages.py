"""The table of stages: complete, in order, and the only place that says where an event leads."""

from __future__ import annotations

from typing import get_args

import pytest

from api.web.page.tags import STAGE_COLOURS, stage_tag
from api.worklist.queries import LISTS, VIEWS
from discharge.cases import events as ev
from discharge.cases.evolve import evolve
from discharge.cases.model import Case, Referral, Stage
from discharge.cases.stage_text import described, diagram, entered_by
from discharge.cases.stages import BEGINS, STAGES, Look
from fhir_adapters.fhir.resources import business_status
from fhir_adapters.fhir.stages import BY_STAGE
from tests.discharge.cases.stories import CASE, PERSON, TRUST, day

REFERRAL = Referral(organisation_id=TRUST, referred_on=day(0))
EVENTS = set(get_args(get_args(ev.Event)[0]))


def test_given_the_stages_then_each_has_a_row_in_the_order_of_the_pathway() -> None:
    assert list(STAGES) == list(Stage) == list(STAGE_COLOURS) == list(BY_STAGE)
    assert {move.event for row in STAGES.values() for move in (*row.left_by, BEGINS)} <= EVENTS
    assert all(entered_by(stage) and STAGES[stage].left_by for stage in Stage)


@pytest.mark.parametrize("stage", Stage)
def test_given_a_stage_then_it_has_one_word_wherever_it_is_shown(stage: Stage) -> None:
    label, case = STAGES[stage].label, Case(case_id=CASE, version=1, stage=stage, referral=REFERRAL)
    assert stage_tag(case).text == label
    assert business_status(stage)["text"] == label
    assert f"`{stage.value}` ({label})" in described()
    assert f'["{label}"]' in diagram()


def test_given_the_worklists_then_each_stage_is_in_one_of_them_and_none_is_empty() -> None:
    listed = [stage for name in LISTS for stage in VIEWS[name][1]]
    assert listed == list(Stage)
    assert all(VIEWS[name][1] for name in VIEWS)


@pytest.mark.parametrize("stage", Stage)
def test_given_an_event_that_the_row_does_not_name_then_the_case_stays_in_its_stage(stage: Stage) -> None:
    case = Case(case_id=CASE, version=1, person_id=PERSON, stage=stage, referral=REFERRAL)
    begun = ev.MakingReadyStarted(started_on=day(1))
    assert evolve(case, begun).stage is (Stage.MAKING_READY if stage is Stage.CHECKED else stage)


def test_given_a_closed_case_then_time_alone_changes_nothing_in_it() -> None:
    assert [stage for stage, row in STAGES.items() if not row.looks] == [Stage.CLOSED]
    assert {look for row in STAGES.values() for look in row.looks} == set(Look)
