"""Photos and documents on a case: where they belong, who removes them, and what stays."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Check, Participant
from discharge.cases.relations import relation_of
from discharge.errors import Refused
from discharge.sight import seen_case
from housing_checks.checks.form import form_of
from housing_checks.evidence.rules import (
    add_item_evidence,
    evidence_on,
    may_add,
    may_remove,
    remove_item_evidence,
    require_item,
    require_subject,
    takes_files,
    takes_photos,
)
from housing_checks.pathway import advance
from tests.housing_checks.hazards.hazard_story import HazardStory, actor, landlord_told, moment, mould
from tests.housing_checks.homes import (
    COORDINATOR,
    COUNCIL,
    FORM_1,
    LANDLORD,
    SERVICE,
    TRUST,
    Story,
    check,
    day,
    noon,
)

STAIRS = "steps-stairs"
FILE = UUID(int=7)


def added(item: str = STAIRS, evidence: str = "photo", file_id: UUID = FILE) -> cmd.AddItemEvidence:
    return cmd.AddItemEvidence(item=item, evidence=evidence, file_id=file_id)  # type: ignore[arg-type]


def test_given_a_photo_of_an_item_then_the_case_says_which_by_id_and_not_what_it_is_called() -> None:
    story = Story().ask(added())
    (event,) = (each for each in story.last if isinstance(each, ev.ItemEvidenceAdded))
    assert (event.file.file_id, event.file.item, event.file.evidence) == (FILE, STAIRS, "photo")
    assert [each.file_id for each in evidence_on(story.case, STAIRS)] == [FILE]
    assert set(ev.EVENT.write(event)["file"]) <= {
        "file_id", "item", "evidence", "added_on", "by", "removed_on", "removed_because", "removed_by",
    }  # fmt: skip


def test_given_the_same_file_again_then_nothing_happens() -> None:
    story = Story().ask(added())
    assert story.ask(added()).last == []


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_given_any_moment_of_the_check_then_a_photo_can_be_added(when: str) -> None:
    story = Story()
    if when == "during":
        story.ask(cmd.SaveAnswers(form=FORM_1.code, answers={STAIRS: "no"}))
    if when == "after":
        story.ask(check())
    assert str(FILE) in story.ask(added()).case.evidence


def test_given_an_answer_of_which_nobody_said_how_it_is_known_then_the_photo_says_it() -> None:
    story = Story().ask(cmd.SaveAnswers(form=FORM_1.code, answers={STAIRS: "no", "bed": "no"}))
    story.ask(added())
    assert story.case.check is not None
    given = story.case.check.given
    assert (given[STAIRS].evidence, given[STAIRS].value, given["bed"].evidence) == ("photo", "no", None)


def test_given_an_answer_that_says_how_it_is_known_then_a_photo_leaves_that() -> None:
    told = cmd.SaveAnswers(form=FORM_1.code, answers={STAIRS: "no"}, evidence={STAIRS: "told"})
    story = Story().ask(told).ask(added())
    assert story.case.check is not None
    assert story.case.check.given[STAIRS].evidence == "told"


def why(fault: pytest.ExceptionInfo[Refused]) -> tuple[str, str | None, str | None]:
    return fault.value.code, fault.value.detail, fault.value.where


def test_given_an_item_that_the_form_does_not_have_then_the_photo_is_refused() -> None:
    with pytest.raises(Refused) as fault:
        Story().ask(added("swimming-pool"))
    assert why(fault) == ("no-such-item", "check-item", "item")


def test_given_evidence_that_an_item_does_not_take_then_it_is_refused_where_it_is_wrong() -> None:
    story = Story()
    story.case = story.case.model_copy(update={"check": Check(form="home-check-2", started_on=day(0))})
    with pytest.raises(Refused) as fault:
        story.ask(added("fears", "photo"))
    assert (fault.value.code, fault.value.where) == ("code-not-in-value-set", "evidence")
    assert str(FILE) in story.ask(added("fears", "document")).case.evidence


def test_given_a_day_to_come_then_neither_adding_nor_removing_has_happened_yet() -> None:
    story = Story().ask(added())
    envelope = cmd.Envelope(
        command_id=uuid4(),
        case_id=story.case.case_id,
        actor=COORDINATOR,
        effective_on=day(3),
        command=added(file_id=UUID(int=8)),
    )
    for command, decide in (
        (envelope.command, add_item_evidence),
        (cmd.RemoveItemEvidence(file_id=FILE), remove_item_evidence),
    ):
        asked = envelope.model_copy(update={"command": command, "reason": "unclear"})
        with pytest.raises(Refused) as fault:
            decide(story.case, asked, noon(2))
        assert (fault.value.code, fault.value.where) == ("date-in-future", "effective_on")
        assert len(decide(story.case, asked, noon(3))) == 1


def test_given_a_case_that_nobody_has_accepted_then_a_photo_is_refused() -> None:
    with pytest.raises(Refused, match="stage-not-allowed"):
        Story(accepted=False).ask(added())


LEAD = Actor(organisation_id=TRUST, role="discharge-team", user_id=uuid4())
COLLEAGUE = Actor(organisation_id=SERVICE, role="coordinator", user_id=uuid4())
COUNCILLOR = Actor(organisation_id=COUNCIL, role="coordinator", user_id=uuid4())


def led_by(organisation_id: UUID, role: str) -> ev.ParticipantJoined:
    part = Participant(organisation_id=organisation_id, role=role, basis="consent", from_on=day(0))
    return ev.ParticipantJoined(participant=part)


def removing(
    story: Story, actor: Actor, reason: str | None = "unclear", file_id: UUID = FILE
) -> list[ev.Event]:
    envelope = cmd.Envelope(
        command_id=uuid4(),
        case_id=story.case.case_id,
        actor=actor,
        effective_on=day(2),
        command=cmd.RemoveItemEvidence(file_id=file_id),
        reason=reason,
    )
    return remove_item_evidence(story.case, envelope, noon(2))


def test_given_a_photo_added_in_error_then_its_adder_removes_it_and_a_note_of_it_stays() -> None:
    story = Story().ask(added())
    events = removing(story, COORDINATOR)
    case = fold(story.case, events)
    (file,) = evidence_on(case, STAIRS)
    assert (file.removed_on, file.removed_because, file.removed_by) == (
        day(2),
        "unclear",
        COORDINATOR.user_id,
    )
    story.case = case
    assert removing(story, COORDINATOR) == []


def test_given_somebody_else_then_only_who_leads_the_case_removes_it() -> None:
    story = Story().happens(led_by(TRUST, "trust"), led_by(COUNCIL, "council")).ask(added())
    assert may_remove(story.case, story.case.evidence[str(FILE)], LEAD)
    assert [each.kind for each in removing(story, LEAD)] == ["item-evidence-removed"]
    for other in (COUNCILLOR, Actor(organisation_id=COUNCIL, role="system")):
        with pytest.raises(Refused) as fault:
            removing(story, other)
        assert why(fault) == ("not-your-evidence", "", "file_id")


@pytest.mark.parametrize(("reason", "code"), [(None, "reason-needed"), ("because", "code-not-in-value-set")])
def test_given_no_reason_of_the_list_then_nothing_is_removed(reason: str | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        removing(Story().ask(added()), COORDINATOR, reason)


def test_given_a_file_that_the_case_does_not_have_then_removing_it_is_refused() -> None:
    with pytest.raises(Refused) as fault:
        removing(Story().ask(added()), COORDINATOR, file_id=uuid4())
    assert why(fault) == ("no-such-item", "evidence", "file_id")


def test_given_a_removal_of_what_is_not_known_then_the_case_stays_as_it_is() -> None:
    gone = ev.ItemEvidenceRemoved(file_id=uuid4(), item=STAIRS, because="unclear", removed_on=day(2))
    assert fold(Story().case, [gone]).evidence == {}


def test_given_an_item_about_safety_then_no_photo_is_kept_where_everybody_sees_it() -> None:
    case = Story().case.model_copy(update={"check": Check(form="home-check-2", started_on=day(0))})
    items = [item for item in form_of("home-check-2").items if item.safety]
    assert items
    for item in items:
        with pytest.raises(Refused) as fault:
            require_item(case, item.code, day(1))
        assert why(fault) == ("evidence-of-safety", "", "item")


def test_given_form_2_then_most_of_its_items_take_a_photo() -> None:
    taking = [item for item in form_of("home-check-2").items if "photo" in item.evidence_kinds]
    assert len(taking) > 50


def test_given_an_item_then_it_takes_photos_unless_it_is_about_safety_or_known_otherwise() -> None:
    items = form_of("home-check-2").items
    assert not any(takes_photos(item) for item in items if item.safety)
    assert all(takes_photos(item) for item in form_of("home-check-1").items if not item.safety)


def with_hazard() -> HazardStory:
    return HazardStory().ask(mould(), 0)


def test_given_a_hazard_then_a_photo_is_on_it_and_on_no_item() -> None:
    story = with_hazard().ask(added("hazard/1"), 1)
    (file,) = evidence_on(story.case, "hazard/1")
    assert (file.file_id, file.hazard) == (FILE, "hazard/1")
    story.ask(added(file_id=UUID(int=8)), 1)
    assert story.case.evidence[str(UUID(int=8))].hazard is None


@pytest.mark.parametrize(("hazard", "code"), [("hazard/2", "no-such-item"), ("hazard/1", "already-done")])
def test_given_a_hazard_that_is_not_there_or_is_closed_then_no_photo_is_added(hazard: str, code: str) -> None:
    story = with_hazard().ask(cmd.CloseHazard(hazard="hazard/1", reason="entered-in-error"), 0)
    assert story.refused(added(hazard), 1)[0] == code
    assert not takes_files(story.case, "hazard/1")


@pytest.mark.parametrize(
    ("subject", "code"),
    [("hazard/1", None), ("hazard/2", "no-such-item"), (STAIRS, None), ("swimming-pool", "no-such-item")],
)
def test_given_what_a_file_is_to_be_on_then_it_is_asked_of_the_hazards_or_of_the_form_of_the_day(
    subject: str, code: str | None
) -> None:
    case = with_hazard().case
    if code is None:
        require_subject(case, subject, day(1))
        assert takes_files(case, subject)
        return
    with pytest.raises(Refused, match=code):
        require_subject(case, subject, day(1))


def test_given_a_landlord_that_was_told_of_one_hazard_then_it_sees_the_files_of_that_one_alone() -> None:
    story = with_hazard().ask(mould(room="kitchen"), 0)
    for number, item in enumerate(("hazard/1", "hazard/2", STAIRS)):
        story.ask(added(item, file_id=UUID(int=number)), 0)
    story.ask(landlord_told(), 0)
    seen = seen_case(story.case, "landlord", LANDLORD)
    assert set(seen.evidence) == {str(UUID(int=0))}
    assert set(seen_case(story.case, "supplier", LANDLORD).evidence) == {str(UUID(int=0))}
    assert seen_case(story.case, "supplier", TRUST).evidence == {}
    assert len(seen_case(story.case, "council", COUNCIL).evidence) == 3


REFUSED = ("part-not-allowed", "")


def test_given_a_landlord_then_it_shows_the_work_at_its_own_hazard_and_at_nothing_else() -> None:
    story = with_hazard().ask(mould(room="kitchen"), 0).ask(landlord_told(), 0)
    landlord = actor(LANDLORD)
    assert story.decide(added("hazard/1"), 1, who=landlord).answer.outcome == "accepted"
    for subject in ("hazard/2", "hazard/9", STAIRS):
        assert story.refused(added(subject), 1, who=landlord) == REFUSED, subject
        assert story.decide(added(subject), 1, who=landlord).answer.detail == "add-item-evidence"
        assert not may_add(story.case, LANDLORD, subject)


def test_given_another_landlord_by_now_then_the_first_adds_nothing_more() -> None:
    story = with_hazard().ask(mould(room="kitchen"), 0).ask(landlord_told(), 0)
    story.ask(landlord_told(hazard="hazard/2"), 0)
    story.ask(cmd.CorrectHazard(hazard="hazard/1", landlord_id=TRUST), 0)
    assert story.refused(added("hazard/1"), 1, who=actor(LANDLORD)) == REFUSED
    assert story.refused(added("hazard/2"), 1, who=actor(LANDLORD)) == (None, "")
    story.ask(cmd.CorrectHazard(hazard="hazard/2", landlord_id=TRUST), 0)
    assert relation_of(story.case, LANDLORD) is None


def test_given_environmental_health_then_it_shows_what_it_found_at_its_own_hazard_alone() -> None:
    story = with_hazard().ask(mould(room="kitchen", tenure="private"), 0)
    story.ask(cmd.ReferHazard(hazard="hazard/2", council_id=COUNCIL), 0)
    officer = actor(COUNCIL)
    assert relation_of(story.case, COUNCIL) == "supplier"
    assert story.decide(added("hazard/2"), 1, who=officer).answer.outcome == "accepted"
    for subject in ("hazard/1", STAIRS):
        assert story.refused(added(subject), 1, who=officer) == REFUSED, subject


def test_given_the_council_of_the_case_then_it_adds_as_before_wherever_it_sees() -> None:
    story = with_hazard()
    story.case = fold(story.case, [led_by(COUNCIL, "council")])
    for subject in ("hazard/1", STAIRS):
        assert may_add(story.case, COUNCIL, subject)


def test_given_its_own_photo_then_a_landlord_removes_it_and_nobody_else_s() -> None:
    story = with_hazard().ask(landlord_told(), 0)
    story.ask(added("hazard/1"), 1, who=actor(LANDLORD)).ask(added("hazard/1", file_id=UUID(int=8)), 1)
    remove = cmd.RemoveItemEvidence(file_id=FILE)
    for file_id, outcome in ((FILE, "accepted"), (UUID(int=8), "refused")):
        asked = Envelope(
            command_id=uuid4(),
            case_id=story.case.case_id,
            actor=actor(LANDLORD),
            effective_on=day(1),
            command=remove.model_copy(update={"file_id": file_id}),
            reason="unclear",
        )
        answer = advance(story.case, asked, moment(1)).answer
        assert answer.outcome == outcome, answer
