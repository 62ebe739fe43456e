"""Why is this person still here, in one sentence, and what comes next."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from discharge.cases.follow_ups import schedule
from discharge.cases.model import (
    Action,
    Case,
    CaseSpell,
    Check,
    Discharge,
    GateItem,
    Mitigation,
    Offer,
    Referral,
    SharingBasis,
    Stage,
    Strand,
)
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.next_actions import next_action
from discharge.pathway_words import Names, why_still_here
from discharge.reference.policy import policy_on

COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")
NAMES = Names(
    organisations={COUNCIL: "Harrow Vale Council"},
    items={"straight-stairlift": "Stairlift"},
    gate={"heating": "Heating", "safe-address": "Safe address"},
    kinds={"basics": "Basics at home"},
)
TODAY = date(2026, 3, 9)


def march(day: int) -> date:
    return date(2026, 3, day)


def reason(start: int, code: str = "CA10", kind: str = "national") -> DelayReason:
    return DelayReason.model_validate(
        {"reason_id": uuid4(), "kind": kind, "code": code, "owner_role": "council", "from_on": march(start)}
    )


def stairlift(due: int | None = 12, **changes: object) -> Strand:
    strand = Strand(
        kind="adaptation",
        number=1,
        item="straight-stairlift",
        started_on=march(3),
        owner_role="adaptations-service",
        partner_id=COUNCIL,
        due_on=march(due) if due else None,
    )
    return strand.model_copy(update=changes)


def case(stage: Stage = Stage.MAKING_READY, *strands: Strand, **changes: object) -> Case:
    base = Case(
        case_id=uuid4(),
        version=1,
        stage=stage,
        ready_periods=(ReadyPeriod(ready_on=march(3)),),
        delay_reasons=(reason(3),),
        sharing=SharingBasis(basis="consent", recorded_on=march(3)),
        strands={strand.key: strand for strand in strands},
    )
    return base.model_copy(update=changes)


def stay(status: str, **changes: object) -> CaseSpell:
    return CaseSpell(spell_id=uuid4(), organisation_id=uuid4(), status=status).model_copy(update=changes)


def words(known: Case) -> str:
    return why_still_here(known, TODAY, NAMES)


def test_given_a_stairlift_under_way_then_it_says_what_until_when_with_whom_and_what_is_missing() -> None:
    known = case(Stage.MAKING_READY, stairlift(), delay_reasons=(reason(5),))
    assert words(known) == (
        "Waiting 6 nights: stairlift (adaptation) due Thu 12 Mar, with Harrow Vale Council; "
        "no reason recorded for 2 nights."
    )


def test_given_work_that_is_late_then_it_says_so() -> None:
    assert words(case(Stage.MAKING_READY, stairlift(due=6))) == (
        "Waiting 6 nights: stairlift (adaptation) was due Fri 6 Mar, with Harrow Vale Council."
    )


def test_given_several_strands_then_each_is_named_and_finished_or_optional_ones_are_not() -> None:
    basics = stairlift(due=None, kind="basics", item="basics at home", partner_id=None)
    done = stairlift(number=2, status="completed")
    optional = stairlift(number=3, required=False)
    assert words(case(Stage.MAKING_READY, stairlift(), basics, done, optional)) == (
        "Waiting 6 nights: stairlift (adaptation) due Thu 12 Mar, with Harrow Vale Council; basics at home."
    )


def test_given_nobody_told_us_a_name_then_the_partner_is_left_out_and_no_id_appears() -> None:
    sentence = why_still_here(case(Stage.MAKING_READY, stairlift()), TODAY)
    assert sentence == "Waiting 6 nights: straight stairlift (adaptation) due Thu 12 Mar."


@pytest.mark.parametrize(
    ("stage", "changes", "sentence"),
    [
        (Stage.REFERRED, {}, "Waiting 6 nights: the referral is not accepted yet."),
        (
            Stage.REFERRED,
            {"referral": Referral(referred_on=march(3), organisation_id=COUNCIL, awaiting_spell=True)},
            "Waiting 6 nights: the referral waits for the hospital stay it belongs to.",
        ),
        (Stage.ACCEPTED, {}, "Waiting 6 nights: the home check has not begun."),
        (
            Stage.ACCEPTED,
            {"check": Check(form="v1", started_on=march(4))},
            "Waiting 6 nights: the home check is not completed.",
        ),
        (
            Stage.READY,
            {},
            (
                "Waiting 6 nights: the home is ready, the discharge is not confirmed; "
                "reason recorded: housing adaptations not completed."
            ),
        ),
        (
            Stage.CHECKED,
            {
                "gate": {
                    "heating": GateItem(code="heating", value="no"),
                    "safe-address": GateItem(code="safe-address"),
                    "water": GateItem(code="water", value="yes"),
                    "power": GateItem(
                        code="power",
                        mitigation=Mitigation(code="x", role="landlord", named_on=march(4)),
                    ),
                }
            },
            "Waiting 6 nights: not in place: heating; not known yet: safe address.",
        ),
        (Stage.CHECKED, {}, "Waiting 6 nights: housing adaptations not completed."),
        (
            Stage.CHECKED,
            {"delay_reasons": (reason(3), reason(5, "repairs", "local"))},
            "Waiting 6 nights: repairs at home not done.",
        ),
        (Stage.CHECKED, {"delay_reasons": ()}, "Waiting 6 nights: no reason recorded for 6 nights."),
        (
            Stage.ACCEPTED,
            {"ready_periods": (ReadyPeriod(ready_on=march(8)),)},
            "Waiting 1 night: the home check has not begun.",
        ),
        (
            Stage.ACCEPTED,
            {"ready_periods": (ReadyPeriod(ready_on=TODAY),)},
            "Ready to leave since today: the home check has not begun.",
        ),
        (
            Stage.ACCEPTED,
            {"ready_periods": (), "expected_discharge_on": march(12)},
            "Not ready to leave yet, expected Thu 12 Mar: the home check has not begun.",
        ),
        (
            Stage.CHECKED,
            {"ready_periods": (), "delay_reasons": ()},
            "Not ready to leave yet, no expected date.",
        ),
        (
            Stage.CLOSED,
            {"outcome": "rehoused", "closed_on": march(8)},
            "Closed on Sun 8 Mar: a new home.",
        ),
    ],
)
def test_given_a_case_at_any_stage_then_the_sentence_says_where_it_stands(
    stage: Stage, changes: dict[str, object], sentence: str
) -> None:
    assert words(case(stage, **changes)) == sentence


LEFT = datetime(2026, 3, 8, 12, tzinfo=UTC)


def at_home(*made: str) -> Case:
    owed = {
        each.key: each.model_copy(update={"outcome": "well"}) if each.key in made else each
        for each in schedule(LEFT, policy_on(LEFT.date()))
    }
    discharge = Discharge(discharged_on=march(8), discharged_at=LEFT, told_by="feed")
    return case(Stage.DISCHARGED, discharge=discharge, follow_ups=owed)


def test_given_somebody_at_home_then_the_next_contact_is_named() -> None:
    assert words(at_home("24-hours")) == (
        "Left hospital on Sun 8 Mar; next: visit or call within 72 hours, due Wed 11 Mar."
    )
    everything = [each.key for each in schedule(LEFT, policy_on(LEFT.date()))]
    assert words(at_home(*everything)) == "Left hospital on Sun 8 Mar; every contact was made."


def after_contacts(
    day_now: int, *contacts: tuple[str, str, datetime | None], asked: str = "", cause: str = "contact-missed"
) -> str:
    """The sentence after contacts: which, its outcome, its time; `asked` is what an open action is about."""
    known = at_home()
    made = {
        key: known.follow_ups[key].model_copy(update={"outcome": outcome, "contacted_at": at})
        for key, outcome, at in contacts
    }
    actions = {}
    if asked:
        due = known.follow_ups[asked].due_at
        missed = Action(cause=cause, number=1, subject=asked, owner_role="-", opened_at=due, due_at=due)
        actions = {missed.key: missed}
    known = known.model_copy(update={"follow_ups": {**known.follow_ups, **made}, "actions": actions})
    return why_still_here(known, march(day_now), NAMES).partition("; ")[2]


NEXT_7_DAYS = "next: contact at 7 days, due Sun 15 Mar."


@pytest.mark.parametrize("outcome", ["in-hospital", "well", "needs-help", "declined"])
@pytest.mark.parametrize("today", [9, 10])
def test_given_a_missed_contact_when_the_person_is_reached_later_then_it_is_neither_overdue_nor_next(
    outcome: str, today: int
) -> None:
    at = LEFT + timedelta(hours=32)
    assert after_contacts(today, ("72-hours", outcome, at)) == NEXT_7_DAYS


def test_given_a_missed_contact_when_nobody_is_reached_since_then_it_stays_said() -> None:
    overdue = "overdue: call within 24 hours, was due Mon 9 Mar."
    assert after_contacts(10) == overdue
    assert after_contacts(9, asked="24-hours") == overdue
    assert after_contacts(9) == "next: call within 24 hours, due Mon 9 Mar."
    tried = ("72-hours", "not-reached", LEFT + timedelta(hours=60))
    assert after_contacts(11, tried) == f"not reached: visit or call within 72 hours; {overdue}"
    early = ("72-hours", "well", LEFT + timedelta(hours=3))
    assert after_contacts(10, early, asked="24-hours") == overdue


def test_given_a_contact_to_come_when_the_person_is_reached_before_it_is_due_then_it_is_still_owed() -> None:
    at = LEFT + timedelta(hours=60)
    next_one = "next: visit or call within 72 hours, due Wed 11 Mar."
    assert after_contacts(11, ("24-hours", "well", at)) == next_one
    assert after_contacts(12, ("24-hours", "well", at)) == NEXT_7_DAYS


def test_given_contacts_missed_and_in_vain_when_a_later_one_reaches_the_person_then_none_is_said() -> None:
    tried = ("24-hours", "not-reached", LEFT + timedelta(hours=20))
    later = ("14-days", "well", LEFT + timedelta(days=9))
    assert after_contacts(18, tried, later) == "next: contact at 28 days, due Sun 5 Apr."
    last = ("28-days", "well", LEFT + timedelta(days=22))
    assert after_contacts(31, tried, later, last) == "no contact is due."
    before = ("72-hours", "well", LEFT + timedelta(hours=10))
    assert after_contacts(10, tried, before).startswith("not reached: call within 24 hours; ")
    soon = ("72-hours", "well", LEFT + timedelta(hours=22))
    assert after_contacts(10, tried, soon) == NEXT_7_DAYS
    still = after_contacts(10, tried, soon, asked="24-hours", cause="not-reached")
    assert still == f"not reached: call within 24 hours; {NEXT_7_DAYS}"


def action(known: Case) -> tuple[str, str, date | None]:
    found = next_action(known, TODAY, NAMES)
    assert found is not None
    return found.words, found.role, found.due_on


OFFER = Offer(offer_id=uuid4(), property_id=uuid4(), offered_on=march(8), respond_by=march(10))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (case(Stage.REFERRED), ("Accept the referral, or return it with a reason", "coordinator", None)),
        (case(Stage.ACCEPTED), ("Begin the home check", "coordinator", None)),
        (
            case(Stage.ACCEPTED, check=Check(form="v1", started_on=march(4))),
            ("Complete the home check", "coordinator", None),
        ),
        (
            case(Stage.MAKING_READY, stairlift(), sharing=None),
            ("Record consent or another basis, so that we can share with partners", "coordinator", None),
        ),
        (
            case(Stage.MAKING_READY, stairlift(kind="rehousing", offers=(OFFER,))),
            ("Get the person's answer to the offer of a home", "coordinator", march(10)),
        ),
        (
            case(Stage.MAKING_READY, stairlift(due=6)),
            ("Ask for a new day: the stairlift is late", "adaptations-service", march(6)),
        ),
        (
            case(
                Stage.MAKING_READY,
                stairlift(),
                gate={"heating": GateItem(code="heating")},
                needed_by=march(12),
            ),
            ("Confirm, or record a mitigation: heating", "coordinator", march(12)),
        ),
        (
            case(Stage.MAKING_READY, stairlift()),
            ("Wait for the stairlift", "adaptations-service", march(12)),
        ),
        (case(Stage.CHECKED), ("Record what the home still needs", "coordinator", None)),
        (
            case(Stage.READY, expected_discharge_on=march(10)),
            ("Agree the day and confirm the discharge", "discharge-team", march(10)),
        ),
        (at_home(), ("Call within 24 hours", "coordinator", march(9))),
        (
            at_home(*[each.key for each in schedule(LEFT, policy_on(LEFT.date()))]),
            ("Close the case with an outcome", "coordinator", None),
        ),
    ],
)
def test_given_a_case_then_the_most_pressing_thing_comes_next(
    known: Case, expected: tuple[str, str, date | None]
) -> None:
    assert action(known) == expected


def test_given_a_closed_case_then_nothing_comes_next() -> None:
    assert next_action(case(Stage.CLOSED, outcome="died"), TODAY, NAMES) is None


def test_given_a_wait_over_the_clock_change_then_the_nights_are_right() -> None:
    known = case(
        Stage.ACCEPTED, ready_periods=(ReadyPeriod(ready_on=march(28)),), delay_reasons=(reason(28),)
    )
    sentence = why_still_here(known, march(28) + timedelta(days=3), NAMES)
    assert sentence == "Waiting 3 nights: the home check has not begun."


def test_given_leave_then_it_says_so_beside_the_nights() -> None:
    known = case(Stage.MAKING_READY, stairlift(), spells=(stay("on-leave"),))
    assert words(known).startswith("On leave from the ward and waiting 6 nights: stairlift")
    known = case(Stage.MAKING_READY, stairlift(), spells=(stay("on-leave"),), ready_periods=())
    assert words(known).startswith(
        "On leave from the ward and not ready to leave yet, no expected date: stairlift"
    )


def test_given_an_admission_to_come_then_it_says_when() -> None:
    expected = stay("expected", expected_admission_on=march(12))
    known = case(Stage.ACCEPTED, ready_periods=(), delay_reasons=(), spells=(expected,))
    assert words(known) == "Not in hospital yet, expected Thu 12 Mar: the home check has not begun."


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("deleted", "the visit was deleted as entered in error"),
        ("moved", "the visit belongs to another number or person"),
        ("admission-cancelled", "the admission was cancelled"),
        ("expectation-cancelled", "the planned admission was cancelled"),
        (None, "the hospital cancelled the stay"),
    ],
)
def test_given_the_stay_was_taken_back_then_it_says_why(because: str | None, said: str) -> None:
    known = case(Stage.MAKING_READY, stairlift(), spells=(stay("cancelled", cancelled_because=because),))
    assert words(known).startswith(f"Waiting 6 nights, but {said}: stairlift")


def test_given_one_stay_taken_back_and_another_known_then_the_other_counts() -> None:
    known = case(Stage.MAKING_READY, stairlift(), spells=(stay("admitted"), stay("cancelled")))
    assert words(known).startswith("Waiting 6 nights: stairlift")
