"""Matching: hard criteria refuse with a reason, soft ones order with a reason, and nothing else counts."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.cases.model import Case, Referral, Strand
from discharge.reference.files import DataInvalid
from discharge.reference.policy import put_in_force
from housing_checks.strands.rehousing.criteria import GOOD, HOME_CRITERIA, MUST
from housing_checks.strands.rehousing.match import assess, matches, proposals
from housing_checks.strands.rehousing.model import Need, Property
from housing_checks.strands.rehousing.need_profiles import NEED_PROFILES, need_of
from tests.fixtures.site_rows import site_change
from tests.housing_checks.homes import CASE, TRUST, day, home


@pytest.fixture
def in_force() -> Iterator[None]:
    yield
    put_in_force(())


CLASSES = st.sampled_from("ABCDEFG")
AREAS = st.sampled_from(["north", "south", "east"])

HOMES = st.builds(
    home,
    property_id=st.uuids(),
    bedrooms=st.integers(0, 4),
    floor=st.integers(0, 3),
    lift=st.booleans(),
    access_class=CLASSES,
    steps=st.integers(0, 2),
    door_width_mm=st.none() | st.integers(700, 900),
    track_hoist=st.booleans(),
    room_for_hospital_bed=st.booleans(),
    scheme=st.sampled_from(["general", "supported", "extra-care"]),
    area=st.none() | AREAS,
    rent_pence=st.integers(5000, 20000),
    status=st.sampled_from(["void", "notice-given", "let", "withdrawn"]),
    washing=st.sampled_from(["bath", "wet-room"]),
    broadband=st.booleans(),
)
NEEDS = st.builds(
    Need,
    bedrooms_min=st.integers(0, 2),
    bedrooms_max=st.integers(2, 4),
    access_class=CLASSES,
    level_reached=st.booleans(),
    step_free=st.booleans(),
    door_width_mm=st.none() | st.just(775),
    hoist=st.booleans(),
    hospital_bed=st.booleans(),
    excluded_areas=st.frozensets(AREAS, max_size=2),
    preferred_areas=st.frozensets(AREAS, max_size=2),
    weekly_pence_max=st.none() | st.integers(8000, 15000),
    level_shower=st.booleans(),
)


@given(need=NEEDS, homes=st.lists(HOMES, max_size=8))
def test_no_home_that_fails_a_hard_criterion_is_ever_proposed(need: Need, homes: list[Property]) -> None:
    by_id = {one.property_id: one for one in homes}
    found = matches(need, by_id.values(), day(0))
    for match in found:
        assert all(holds(need, by_id[match.property_id]) for holds in MUST.values())
    left_out = by_id.keys() - {match.property_id for match in found}
    assert all(assess(need, by_id[one], day(0)).failures for one in left_out)


@given(need=NEEDS, homes=st.lists(HOMES, max_size=6, unique_by=lambda one: one.property_id), data=st.data())
def test_the_order_does_not_depend_on_the_order_of_the_list(
    need: Need, homes: list[Property], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(homes))
    assert matches(need, homes, day(0)) == matches(need, shuffled, day(0))
    points = [match.points for match in matches(need, homes, day(0))]
    assert points == sorted(points, reverse=True)


@pytest.mark.parametrize(
    ("need", "changes", "failing"),
    [
        ({}, {"status": "let"}, "can-be-let"),
        ({"bedrooms_min": 2}, {}, "bedrooms-min"),
        ({"bedrooms_max": 1}, {"bedrooms": 2}, "bedrooms-max"),
        ({"access_class": "C"}, {}, "access-class"),
        ({"access_class": "E"}, {"access_class": "G"}, "access-class"),
        ({"level_reached": True}, {"floor": 1}, "level-reached"),
        ({"step_free": True}, {"steps": 1}, "step-free"),
        ({"door_width_mm": 775}, {}, "door-width"),
        ({"door_width_mm": 775}, {"door_width_mm": 760}, "door-width"),
        ({"hoist": True}, {}, "hoist"),
        ({"hospital_bed": True}, {}, "hospital-bed"),
        ({"assistance_dog": True}, {"assistance_dog": False}, "assistance-dog"),
        ({}, {"scheme": "older-low"}, "scheme"),
        ({}, {"restrictions": ("local-connection",)}, "restrictions"),
        ({"excluded_areas": {"north"}}, {"area": "north"}, "safe-area"),
        ({"needed_by": day(4)}, {}, "in-time"),
        ({"needed_by": day(6)}, {"repairs_complete_on": day(8)}, "in-time"),
        ({"weekly_pence_max": 9000}, {"rent_pence": 8000, "charges_pence": 1001}, "affordable"),
    ],
)
def test_each_hard_criterion_refuses_with_its_own_reason(
    need: dict[str, object], changes: dict[str, object], failing: str
) -> None:
    wanted = Need.model_validate(need)
    failures = assess(wanted, home(**changes), day(0)).failures
    assert [failure.code for failure in failures] == [failing]
    assert failures[0].words


@pytest.mark.parametrize(
    ("need", "changes"),
    [
        ({"level_reached": True, "step_free": True}, {"floor": 3, "lift": True}),
        ({"needed_by": day(4), "interim_exists": True}, {}),
        ({"needed_by": day(5)}, {}),
        ({}, {"access_class": "G"}),
        ({"met_restrictions": {"local-connection"}}, {"restrictions": ("local-connection",)}),
    ],
)
def test_what_satisfies_a_hard_criterion_fits(need: dict[str, object], changes: dict[str, object]) -> None:
    assert assess(Need.model_validate(need), home(**changes), day(0)).fits


def test_soft_reasons_are_shown_and_decide_the_order() -> None:
    near = home(property_id=UUID(int=2), area="north")
    far = home(property_id=UUID(int=1), area="south")
    found = matches(Need(preferred_areas=frozenset({"north"})), [far, near], day(0))
    assert [match.property_id.int for match in found] == [2, 1]
    assert "preferred-area" in [like.code for like in found[0].likes]


def test_given_points_that_a_site_changes_then_a_search_that_began_before_keeps_its_order(
    in_force: None,
) -> None:
    put_in_force([site_change("home-criteria", day(5), broadband={"points": 9, "label": "Fast broadband"})])
    near = home(property_id=UUID(int=2), area="north", broadband=False)
    wired = home(property_id=UUID(int=1), area="south", broadband=True)
    need = Need(preferred_areas=frozenset({"north"}))
    first = [matches(need, [near, wired], on)[0] for on in (day(4), day(5))]
    assert [match.property_id.int for match in first] == [2, 1]
    assert "Fast broadband" in [like.words for like in first[1].likes]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"broadbend": {"label": "x"}}, r"rows\.broadbend: .*did you mean broadband\?"),
        ({"garden": {"label": "x"}}, r"rows\.garden: is not a criterion - choose from"),
        ({"hoist": {"points": 2}}, r"rows\.hoist\.points: a must gives no points"),
        ({"warm": {"points": -1}}, r"rows\.warm\.points: is less than 0"),
    ],
)
def test_given_a_criterion_that_cannot_be_used_then_file_key_and_mend_are_named(
    row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: {fault}"):
        site_change("home-criteria", day(5), **row)


def test_given_the_criteria_then_each_test_has_its_row() -> None:
    assert [row.code for row in HOME_CRITERIA] == [*MUST, *GOOD]


def test_of_equal_homes_the_one_ready_first_comes_first() -> None:
    later = home(property_id=UUID(int=1), ready_on=day(9))
    sooner = home(property_id=UUID(int=2), ready_on=day(3))
    assert [match.property_id.int for match in matches(Need(), [later, sooner], day(0))] == [2, 1]


def test_at_most_so_many_are_proposed() -> None:
    homes = [home(property_id=UUID(int=number)) for number in range(1, 9)]
    assert [one.int for one in proposals(Need(), homes, day(0), most=3)] == [1, 2, 3]


def test_a_need_knows_no_protected_characteristic() -> None:
    protected = {
        "age",
        "sex",
        "gender",
        "ethnicity",
        "religion",
        "disability",
        "marital",
        "pregnancy",
        "orientation",
    }
    fields = set(Need.model_fields) | set(Property.model_fields)
    assert not [field for field in fields for word in protected if word in field.split("_")]


def rehousing(item: str) -> Strand:
    return Strand(kind="rehousing", number=1, item=item, started_on=day(1), owner_role="coordinator")


def test_the_need_is_the_profile_tightened_by_the_referral() -> None:
    referral = Referral(referred_on=day(0), organisation_id=TRUST, needs=("hoist", "carer-room"))
    case = Case(case_id=CASE, referral=referral, needed_by=day(20))
    need = need_of(case, rehousing("rehousing:1-bed-step-free"))
    assert (need.step_free, need.hoist, need.needed_by) == (True, True, day(20))
    assert (need.bedrooms_min, need.bedrooms_max) == (2, 2)


@given(
    item=st.sampled_from([row.code for row in NEED_PROFILES]),
    needs=st.sets(st.sampled_from(["wheelchair-full", "ground-floor", "hoist", "carer-room", "none"])),
    flat=HOMES,
)
def test_what_the_referral_adds_never_makes_an_unfit_home_fit_but_for_the_carer_s_room(
    item: str, needs: set[str], flat: Property
) -> None:
    profile = next(row for row in NEED_PROFILES if row.code == item).need
    case = Case(
        case_id=CASE, referral=Referral(referred_on=day(0), organisation_id=TRUST, needs=tuple(needs))
    )
    tightened = need_of(case, rehousing(item))
    before = {failure.code for failure in assess(profile, flat, day(0)).failures} - {"bedrooms-max"}
    after = {failure.code for failure in assess(tightened, flat, day(0)).failures}
    assert before <= after


def test_only_a_rehousing_has_a_need_and_only_of_the_table() -> None:
    case = Case(case_id=CASE)
    with pytest.raises(KeyError):
        need_of(case, rehousing("rehousing:castle"))
    with pytest.raises(KeyError):
        need_of(case, rehousing("x").model_copy(update={"kind": "basics"}))
