"""Code lists as dated data."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from discharge.cases.actions import open_action
from discharge.cases.events import ActionOpened
from discharge.cases.model import Case
from discharge.codes import LISTS, lookup
from discharge.codes.by_edition import ListByEdition
from discharge.codes.casework import CASE_OUTCOMES, OWNER_ROLES, mitigation_days, partner_bases
from discharge.codes.delay_reasons import (
    LOCAL_DELAY_REASONS,
    NATIONAL_DELAY_REASONS,
    LocalDelayReason,
    delay_reason_label,
    national_reason,
)
from discharge.codes.destinations import (
    DISCHARGE_DESTINATIONS,
    DISCHARGE_METHODS,
    NATIONAL_DESTINATIONS,
    PATHWAYS,
)
from discharge.codes.model import Code, CodeList
from discharge.errors import HomewardError
from discharge.reference.files import DataInvalid
from discharge.reference.policy import day_told, policy_on, put_in_force
from discharge.reference.site import parse_override
from discharge.risk.rules import known_rule, rule_title
from discharge.sharing import SharingFacts, may_send
from housing_checks.item_words import gate_items

TODAY = date(2026, 3, 1)
every_list = pytest.mark.parametrize("codes", LISTS.values(), ids=list(LISTS))


@every_list
def test_given_a_list_then_every_row_has_a_label_and_a_source(codes: CodeList[Code]) -> None:
    assert codes.rows
    assert all(row.code and row.label and row.source for row in codes)


@every_list
def test_given_a_list_then_a_code_means_one_thing_on_a_day(codes: CodeList[Code]) -> None:
    in_force = [row.code for row in codes.in_force(TODAY)]
    assert len(in_force) == len(set(in_force))


def test_given_the_national_reasons_then_there_are_37_in_five_groups() -> None:
    assert len(NATIONAL_DELAY_REASONS.in_force(TODAY)) == 37
    groups = [row.group for row in NATIONAL_DELAY_REASONS]
    assert {group: groups.count(group) for group in dict.fromkeys(groups)} == {
        "hospital": 7, "wellbeing": 4, "hub": 3, "interface": 12, "capacity": 11,
    }  # fmt: skip


def test_given_the_national_reasons_then_six_concern_the_home_itself() -> None:
    housing = {row.code for row in NATIONAL_DELAY_REASONS if row.housing == "yes"}
    assert housing == {"WC4", "IP9", "IP10", "CA9", "CA10", "CA11"}


def test_given_the_day_before_the_national_list_then_its_codes_are_not_in_force() -> None:
    assert NATIONAL_DELAY_REASONS.find("CA10", date(2024, 5, 26)) is None
    assert NATIONAL_DELAY_REASONS.find("CA10", date(2024, 5, 27)) is not None


@pytest.mark.parametrize("row", LOCAL_DELAY_REASONS.rows, ids=lambda row: row.code)
def test_given_a_local_reason_then_it_counts_under_a_national_one_and_has_an_owner(
    row: LocalDelayReason,
) -> None:
    assert NATIONAL_DELAY_REASONS.find(row.national, TODAY) is not None
    assert OWNER_ROLES.known(row.usual_owner)


def test_given_a_reason_then_it_is_called_by_its_label() -> None:
    assert delay_reason_label("equipment-not-delivered") == "Equipment not delivered or fitted"
    assert delay_reason_label("CA9") == "Equipment and training not delivered"


def test_given_the_national_destinations_then_there_are_eight_on_four_pathways() -> None:
    assert len(NATIONAL_DESTINATIONS.rows) == 8
    assert (
        {row.pathway for row in NATIONAL_DESTINATIONS}
        == {row.code for row in PATHWAYS}
        == {"0", "1", "2", "3"}
    )


@pytest.mark.parametrize(
    "code",
    [
        "19",
        "29",
        "30",
        "37",
        "38",
        "48",
        "49",
        "50",
        "51",
        "52",
        "53",
        "54",
        "65",
        "66",
        "79",
        "84",
        "85",
        "87",
        "88",
        "98",
        "99",
    ],
)
def test_given_a_destination_of_the_older_list_then_it_is_accepted(code: str) -> None:
    assert DISCHARGE_DESTINATIONS.lookup(code, TODAY).place


@pytest.mark.parametrize("code", ["40", "42", "55", "56", "89"])
def test_given_a_destination_of_the_newer_list_then_it_is_accepted(code: str) -> None:
    assert DISCHARGE_DESTINATIONS.lookup(code, TODAY).place


@pytest.mark.parametrize(
    ("code", "leaving"),
    [("1", "discharged"), ("2", "self-discharged"), ("4", "died"), ("6", "self-discharged")],
)
def test_given_a_discharge_method_then_we_know_what_it_means(code: str, leaving: str) -> None:
    assert DISCHARGE_METHODS.lookup(code, TODAY).leaving == leaving


def test_given_the_outcomes_then_every_side_exit_has_one() -> None:
    exits = {row.code for row in CASE_OUTCOMES}
    assert exits >= {"withdrawn", "admitted-elsewhere", "self-discharged", "died", "entered-in-error"}


def test_given_a_code_outside_its_list_then_the_error_names_list_and_field_never_the_code() -> None:
    with pytest.raises(HomewardError) as error:
        lookup("tenures", "Mrs Example", TODAY, where="referral.tenure")
    assert str(error.value) == "code-not-in-value-set at referral.tenure (tenures)"


def test_given_a_code_in_two_versions_then_the_day_decides() -> None:
    older = Code(code="x", label="Old words", source="test", to_on=date(2026, 1, 1))
    newer = Code(code="x", label="New words", source="test", from_on=date(2026, 1, 1))
    codes = CodeList("test", (older, newer))
    assert codes.lookup("x", date(2025, 12, 31)) is older
    assert codes.lookup("x", date(2026, 1, 1)) is newer
    assert codes.label("x") == "New words"
    assert codes.label("y") == "y"


def test_given_a_site_adds_a_reason_then_it_counts_under_its_national_one_from_that_day() -> None:
    said = b"""
changes: local-delay-reasons
edition: ours
effective_from: 2026-03-01
decided_by: J. Doe
decided_on: 2026-02-20
reason: Asked for by the hub
rows:
  pest-control: {label: Pests at home, national: WC4, usual_owner: landlord, from_on: 2026-03-01}
"""
    put_in_force([parse_override("ours.yaml", said)])
    try:
        assert LOCAL_DELAY_REASONS.find("pest-control", date(2026, 2, 28)) is None
        assert LOCAL_DELAY_REASONS.lookup("pest-control", TODAY).national == national_reason("pest-control")
        assert LOCAL_DELAY_REASONS.in_force(TODAY)[-1].label == delay_reason_label("pest-control")
    finally:
        put_in_force(())
    with pytest.raises(DataInvalid, match=r"pest-control\.national: 'WC5' is not a national reason"):
        parse_override("ours.yaml", said.replace(b"WC4", b"WC5"))


def test_given_a_private_landlord_who_does_nothing_then_the_wait_for_the_council_is_a_reason() -> None:
    row = LOCAL_DELAY_REASONS.lookup("hazard-enforcement", TODAY)
    assert (row.national, row.usual_owner) == ("WC4", "council")


def change(kind: str, row: str, **said: str) -> bytes:
    usual = {"edition": "ours", "effective_from": "2026-03-01", "decided_by": "J. Doe"}
    usual |= {"decided_on": "2026-02-20", "reason": "Asked for by the hub", "changes": kind}
    lines = (usual | said | {"rows": f"{{{row}}}"}).items()
    return "\n".join(f"{key}: {value}" for key, value in lines).encode()


@pytest.fixture
def site() -> Iterator[Callable[..., None]]:
    yield lambda *said, **more: put_in_force([parse_override("ours.yaml", change(*said, **more))])
    put_in_force(())


@every_list
def test_given_any_list_then_a_site_changes_a_row_of_it_from_a_day_on(
    codes: ListByEdition[Code], site: Callable[..., None]
) -> None:
    code, before = codes.rows[0].code, codes.rows[0].label
    site(codes.name, f'"{code}": {{label: Other words}}')
    days = (date(2026, 2, 28), TODAY)
    assert [codes.as_on(code, on).label for on in days] == [before, "Other words"]
    assert codes.label(code) == "Other words"
    assert [codes.editions(on)[1:] for on in days] == [(), ("ours",)]
    assert codes.begun(TODAY) == TODAY
    with pytest.raises(DataInvalid, match=r"^ours.yaml: rows\..*did you mean label\?"):
        site(codes.name, f'"{code}": {{lable: Other words}}')


@every_list
def test_given_words_of_a_later_day_then_they_are_not_shown_before_it(
    codes: ListByEdition[Code], site: Callable[..., None]
) -> None:
    code, before = codes.rows[0].code, codes.label(codes.rows[0].code)
    site(codes.name, f'"{code}": {{label: Other words}}')
    for day, label in ((TODAY - timedelta(days=1), before), (TODAY, "Other words")):
        with day_told(lambda day=day: day):  # type: ignore[misc]
            assert codes.label(code) == label
            assert codes.as_on(code, day).label == label
            assert ("Other words" in {row.label for row in codes}) == (label == "Other words")


def test_given_titles_items_and_rows_of_a_later_day_then_they_are_not_shown_before_it(
    site: Callable[..., None],
) -> None:
    site("risk-rules", "lead-time-too-long: {title: Other words, ladder: [operator]}")
    with day_told(lambda: TODAY - timedelta(days=1)):
        assert rule_title("lead-time-too-long") != "Other words"
        rule = known_rule("lead-time-too-long")
        assert rule is not None
        assert rule.ladder != ("operator",)
    assert rule_title("lead-time-too-long") == "Other words"
    site("home-check", "safe-address: {label: Other words}", over='["1", "2"]')
    with day_told(lambda: TODAY - timedelta(days=1)):
        assert gate_items()["safe-address"] != "Other words"
    assert gate_items()["safe-address"] == "Other words"


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        ("mitigations", "other: {days: 0}", "other.days: a mitigation holds for a day at least"),
        ("partner-kinds", "council: {bases: [hearsay]}", "council: 'hearsay' is not a basis for sharing"),
        ("actions", "no-food: {clock: soon}", "no-food.clock: 'soon' is not a clock"),
        ("actions", "no-food: {owner_role: nobody}", "no-food.owner_role: 'nobody' is not a role"),
        ("actions", "no-food: {rule: silence}", "no-food.rule: 'silence' is not a rule"),
        ("participant-roles", "partner: {relation: king}", "did you mean"),
    ],
)
def test_given_a_row_that_names_what_is_not_there_then_the_file_is_refused(
    kind: str, row: str, fault: str, site: Callable[..., None]
) -> None:
    with pytest.raises(DataInvalid) as told:
        site(kind, row)
    assert fault.replace("did you mean", "rows.partner.relation") in str(told.value)


def test_given_a_site_changes_days_bases_and_roles_then_what_was_recorded_before_keeps_its_meaning(
    site: Callable[..., None],
) -> None:
    before, after = date(2026, 2, 28), TODAY
    site("mitigations", "step-down: {days: 10}")
    assert [mitigation_days("step-down", on) for on in (before, after)] == [42, 10]
    site("sharing-bases", "agreement: {partners: true}")
    assert ["agreement" in partner_bases(on) for on in (before, after)] == [False, True]
    facts = [SharingFacts("agreement", recorded_on=on) for on in (before, after)]
    assert [may_send(each, "landlord").allowed for each in facts] == [False, True]


def test_given_a_problem_at_home_then_its_row_of_that_day_says_who_owes_what(
    site: Callable[..., None],
) -> None:
    site("actions", "no-food: {owner_role: council, clock: answer-within-the-day}")
    case, due = Case(case_id=uuid4()), {}
    for on in (date(2026, 2, 28), TODAY):
        at = datetime.combine(on, time(9), UTC)
        [opened] = open_action(case, "no-food", at, policy_on(on))
        assert isinstance(opened, ActionOpened)
        due[opened.action.owner_role] = opened.action.due_at - at
    assert due == {"coordinator": timedelta(hours=1), "council": timedelta(days=1)}
