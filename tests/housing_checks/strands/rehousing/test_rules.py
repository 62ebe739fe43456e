"""Another home: offered by a person, answered, let, and the keys held."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

import pytest

from discharge.cases.commands import (
    AnswerOffer,
    CancelStrand,
    Command,
    LetProperty,
    MoveStrand,
    NameMitigation,
    NoteHomeLost,
    OfferProperty,
    RedirectStrand,
    ReportFromStrand,
)
from discharge.cases.model import Stage
from discharge.errors import Refused
from housing_checks.gate.blockers import blocking
from tests.housing_checks.homes import (
    CASE,
    FORM_1,
    HOME,
    OTHER_HOME,
    SYSTEM,
    Story,
    checked,
    confirm,
    day,
    start,
)

MOVE = "rehousing/1"
OFFER = OfferProperty(strand=MOVE, property_id=HOME)
LET = LetProperty(strand=MOVE)
KEYS = MoveStrand(strand=MOVE, step="keys-held")


def looking() -> Story:
    return checked(safe_address="no", keys="no").ask(start("rehousing", "rehousing:1-bed-step-free"), on=1)


def answer(story: Story, given: str = "accepted", reason: str | None = None) -> AnswerOffer:
    offer = story.case.strands[MOVE].offers[-1]
    return AnswerOffer.model_validate(
        {"strand": MOVE, "offer_id": offer.offer_id, "answer": given, "reason": reason}
    )


def refused(story: Story, command: Command, on: int = 9) -> str:
    with pytest.raises(Refused) as refusal:
        story.decide(command, on)
    return refusal.value.code


def test_from_offer_to_keys() -> None:
    story = looking().ask(OFFER, on=2)
    assert story.kinds == ["property-offered", "strand-moved"]
    story.ask(answer(story), on=3)
    assert story.kinds == ["offer-answered", "strand-moved"]
    story.ask(LET, on=4)
    assert story.case.strands[MOVE].property_id == HOME
    story.ask(KEYS, on=5)
    strand = story.case.strands[MOVE]
    assert (strand.status, strand.ended_on) == ("completed", day(5))
    assert list(strand.steps) == ["started", "offered", "accepted", "let", "keys-held"]
    assert {story.case.gate[code].value for code in ("safe-address", "lawful-return", "keys")} == {"yes"}


def test_what_was_known_of_the_old_building_is_unknown_for_the_new_one() -> None:
    story = looking().ask(confirm("heating", "no"), on=1)
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="landlord"), on=1)
    story.ask(OFFER, on=2)
    story.ask(answer(story), on=3).ask(LET, on=4)
    values = {code: item.value for code, item in story.case.gate.items()}
    of_the_building = {item.code for item in FORM_1.items if item.of_the_building}
    assert {values[code] for code in of_the_building & values.keys()} == {"unknown"}
    assert values["food"] == values["first-care-visit"] == "yes"
    assert story.case.gate["heating"].mitigation is None
    story.ask(KEYS, on=5)
    assert story.case.stage is Stage.MAKING_READY
    for code in [code for code, item in story.case.gate.items() if item.value != "yes"]:
        story.ask(confirm(code), on=6)
    assert story.case.stage is Stage.READY


def test_the_offer_s_id_follows_from_the_command_and_its_clock_from_working_days() -> None:
    story = looking()
    first, again = story.decide(OFFER, on=4), looking().decide(OFFER, on=4)
    assert first == again
    offer = story.ask(OFFER, on=4).case.strands[MOVE].offers[0]
    assert offer.offer_id == uuid5(uuid5(CASE, str(story._asked)), "offer")
    assert (day(4).strftime("%A"), offer.respond_by) == ("Friday", day(8))


def test_a_refusal_keeps_its_reason_and_another_home_can_be_offered() -> None:
    story = looking().ask(OFFER, on=2)
    assert refused(story, answer(story, "refused"), on=3) == "reason-needed"
    assert refused(story, answer(story, "refused", "the neighbours"), on=3) == "code-not-in-value-set"
    story.ask(answer(story, "refused", "too-far"), on=3)
    strand = story.case.strands[MOVE]
    assert (strand.step, strand.offers[0].answer, strand.offers[0].reason) == (
        "offered",
        "refused",
        "too-far",
    )
    story.ask(OFFER.model_copy(update={"property_id": OTHER_HOME}), on=4)
    assert story.kinds == ["property-offered"]
    story.ask(answer(story), on=5).ask(LET, on=6)
    assert story.case.strands[MOVE].property_id == OTHER_HOME


def test_one_offer_at_a_time_answered_once() -> None:
    story = looking().ask(OFFER, on=2)
    assert refused(story, OFFER) == "already-done"
    story.ask(answer(story), on=3)
    assert refused(story, answer(story)) == "already-done"
    unknown = AnswerOffer(strand=MOVE, offer_id=uuid4(), answer="accepted")
    assert refused(story, unknown) == "no-such-item"


def test_nothing_is_let_that_was_not_accepted_and_no_keys_before_the_let() -> None:
    story = looking()
    assert refused(story, LET) == "stage-not-allowed"
    assert refused(story, KEYS) == "stage-not-allowed"
    story.ask(OFFER, on=2)
    assert refused(story, LET) == "stage-not-allowed"
    story.ask(answer(story), on=3)
    assert refused(story, KEYS) == "stage-not-allowed"
    story.ask(LET, on=4)
    assert refused(story, LET) == "already-done"
    assert refused(story, CancelStrand(strand=MOVE, reason="moving")) == "stage-not-allowed"


@pytest.mark.parametrize("step", ["offered", "accepted", "let"])
def test_steps_of_an_offer_are_not_reached_by_saying_so(step: str) -> None:
    assert refused(looking(), MoveStrand(strand=MOVE, step=step)) == "stage-not-allowed"


def test_a_home_taken_by_somebody_else_leaves_room_for_another_offer() -> None:
    story = looking().ask(OFFER, on=2)
    story.ask(answer(story), on=3)
    story.ask(OFFER.model_copy(update={"property_id": OTHER_HOME}), on=4)
    assert refused(story, LET) == "stage-not-allowed"
    story.ask(answer(story), on=5).ask(LET, on=5)
    assert story.case.strands[MOVE].property_id == OTHER_HOME


def test_an_offer_lapses_only_after_its_day_and_only_the_one_named() -> None:
    story = looking().ask(OFFER, on=1)
    offer = story.case.strands[MOVE].offers[0]

    def lapse(offer_id: UUID) -> ReportFromStrand:
        return ReportFromStrand(strand=MOVE, report="offer-lapsed", offer_id=offer_id)

    assert offer.respond_by == day(3)
    assert story.decide(lapse(offer.offer_id), on=3, actor=SYSTEM) == []
    assert story.decide(lapse(uuid4()), on=4, actor=SYSTEM) == []
    story.ask(lapse(offer.offer_id), on=4, actor=SYSTEM)
    assert story.case.strands[MOVE].offers[0].answer == "lapsed"
    assert refused(story, answer(story)) == "already-done"


def test_cancelling_ends_the_open_offer_too() -> None:
    story = looking().ask(OFFER, on=2)
    story.ask(CancelStrand(strand=MOVE, reason="no-longer-needed"), on=3)
    assert story.kinds == ["offer-answered", "strand-cancelled"]
    assert story.case.strands[MOVE].open_offer is None


def test_one_rehousing_at_a_time() -> None:
    assert refused(looking(), start("rehousing", "rehousing:extra-care")) == "already-done"


def test_an_adaptation_offers_no_homes() -> None:
    story = Story().ask(start("adaptation", "grab-rail"))
    assert refused(story, OfferProperty(strand="adaptation/1", property_id=HOME)) == "no-such-item"


def test_an_answer_is_not_due_before_the_offer() -> None:
    assert refused(looking(), OFFER.model_copy(update={"respond_by": day(3)}), on=4) == "dates-out-of-order"


# -- what was ordered for the previous home, and homes that are lost

LIFT = "adaptation/1"


def moved() -> Story:
    """A stairlift and a commode were ordered; then another home was let."""
    story = checked(steps_stairs="no", adaptation_in_place="no", safe_address="no", food="no")
    story.ask(start("adaptation", "straight-stairlift"), on=1)
    story.ask(start("equipment", "commode"), on=1)
    story.ask(start("basics", "basics-at-home"), on=1)
    story.ask(start("rehousing", "rehousing:1-bed-step-free"), on=1).ask(OFFER, on=2)
    return story.ask(answer(story), on=3).ask(LET, on=4)


def test_given_a_let_then_orders_for_the_home_before_are_marked_and_nothing_is_cancelled() -> None:
    story = moved()
    marked = {key for key, strand in story.case.strands.items() if strand.former_home}
    assert marked == {LIFT, "equipment/1"}
    assert {strand.status for strand in story.case.strands.values()} == {"open"}
    assert "Straight stairlift: ordered for the previous home" in [
        each.words for each in blocking(story.case)
    ]


def test_given_work_for_the_home_before_when_it_is_done_then_the_new_home_is_no_safer() -> None:
    story = moved().ask(MoveStrand(strand=LIFT, step="fitted"), on=5)
    assert story.case.strands[LIFT].status == "completed"
    assert story.case.gate["adaptation-in-place"].value == "unknown"


def test_given_work_for_the_home_before_when_the_same_is_ordered_for_the_new_one_then_that_settles() -> None:
    story = moved().ask(start("adaptation", "straight-stairlift"), on=5)
    story.ask(MoveStrand(strand="adaptation/2", step="fitted"), on=6)
    assert story.case.gate["adaptation-in-place"].value == "yes"


def test_given_work_for_the_home_before_when_it_is_redirected_then_it_settles_and_only_once() -> None:
    story = moved().ask(RedirectStrand(strand=LIFT, due_on=day(9)), on=5)
    strand = story.case.strands[LIFT]
    assert (strand.former_home, strand.due_on) == (False, day(9))
    assert refused(story, RedirectStrand(strand=LIFT)) == "already-done"
    story.ask(MoveStrand(strand=LIFT, step="fitted"), on=6)
    assert story.case.gate["adaptation-in-place"].value == "yes"


@pytest.mark.parametrize("accepted", [False, True])
def test_given_a_home_that_is_lost_then_the_search_goes_on_and_it_cannot_be_let(accepted: bool) -> None:
    story = looking().ask(OFFER, on=2)
    if accepted:
        story.ask(answer(story), on=3)
    offer = story.case.strands[MOVE].offers[-1]
    lost = NoteHomeLost(strand=MOVE, offer_id=offer.offer_id, because="sold")
    story.ask(lost, on=4, actor=SYSTEM)
    assert story.kinds == ["home-lost"]
    assert story.case.strands[MOVE].offers[-1].accepted_on == (day(3) if accepted else None)
    assert story.decide(lost, on=5, actor=SYSTEM) == []
    assert refused(story, LET) == "stage-not-allowed"
    story.ask(OFFER.model_copy(update={"property_id": OTHER_HOME}), on=5)
    assert story.case.strands[MOVE].open_offer is not None


@pytest.mark.parametrize("given", ["refused", "let"])
def test_given_an_offer_that_ended_otherwise_when_its_home_is_lost_then_that_changes_nothing(
    given: str,
) -> None:
    story = looking().ask(OFFER, on=2)
    offer = story.case.strands[MOVE].offers[-1]
    if given == "let":
        story.ask(answer(story), on=3).ask(LET, on=3)
    else:
        story.ask(answer(story, "refused", "too-far"), on=3)
    lost = NoteHomeLost(strand=MOVE, offer_id=offer.offer_id, because="sold")
    assert story.decide(lost, on=4, actor=SYSTEM) == []
