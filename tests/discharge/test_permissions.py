"""One table of permissions."""

import typing

import pytest

from discharge.cases.commands import Command
from discharge.errors import HomewardError
from discharge.permissions import PERMISSIONS, Permission, allowed, allowed_in, require
from discharge.roles import LEADS, ROLES

KINDS = [kind.model_fields["kind"].default for kind in typing.get_args(typing.get_args(Command)[0])]
OWN = {
    "note-hospital-facts",
    "note-merge",
    "note-unmerge",
    "note-merged-case",
    "note-parted-case",
    "report-from-strand",
    "note-home-lost",
    "strike-clock",
    "withdraw-death",
    "note-person-deleted",
}


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_command_then_the_table_says_who_may_ask_it(kind: str) -> None:
    assert PERMISSIONS[kind].words


@pytest.mark.parametrize("kind", sorted(OWN))
def test_given_a_command_that_homeward_gives_itself_then_no_role_may_ask_it(kind: str) -> None:
    assert not any(allowed(role, kind) for role in ROLES)


@pytest.mark.parametrize("row", PERMISSIONS.values(), ids=list(PERMISSIONS))
def test_given_an_action_for_people_then_some_role_does_it_and_all_are_known(row: Permission) -> None:
    assert row.roles <= set(ROLES)
    assert row.roles or row.action in OWN


@pytest.mark.parametrize(
    ("role", "action", "may"),
    [
        ("discharge-team", "confirm-discharge", True),
        ("coordinator", "confirm-discharge", False),
        ("coordinator", "complete-check", True),
        ("discharge-team", "complete-check", False),
        ("trust-monitor", "reports.read", True),
        ("trust-monitor", "record-delay-reason", False),
        ("operator", "case.read", False),
        ("operator", "deadletters.release", True),
        ("admin", "case.read", False),
        ("admin", "audit.read", True),
        ("system", "refer", True),
        ("nobody", "case.read", False),
    ],
)
def test_given_a_role_then_it_does_its_own_work_only(role: str, action: str, may: bool) -> None:
    assert allowed(role, action) is may


def test_given_an_action_that_nobody_defined_then_it_is_an_error_not_a_no() -> None:
    with pytest.raises(KeyError):
        allowed("admin", "case.delete")


def test_given_a_role_that_may_not_then_the_refusal_names_the_action() -> None:
    with pytest.raises(HomewardError) as refused:
        require("trust-monitor", "confirm-discharge")
    assert (refused.value.code, refused.value.detail) == ("role-not-allowed", "confirm-discharge")


def test_given_a_role_that_may_then_nothing_is_refused() -> None:
    require("discharge-team", "confirm-discharge")


ABOUT_A_CASE = {kind for kind in KINDS if kind not in OWN} - {"refer"}
LEADS_ONLY = {"add-participant", "close-case", "withdraw-referral", "enter-in-error", "reopen-case"}


@pytest.mark.parametrize("kind", sorted(ABOUT_A_CASE))
def test_given_a_command_about_a_case_then_the_table_says_in_which_relation(kind: str) -> None:
    assert PERMISSIONS[kind].relations


@pytest.mark.parametrize("kind", sorted(LEADS_ONLY))
def test_given_what_ends_or_opens_a_case_to_others_then_the_trust_and_the_housing_lead_alone_do_it(
    kind: str,
) -> None:
    assert PERMISSIONS[kind].relations == set(LEADS)


def test_given_a_relation_then_role_and_relation_both_count() -> None:
    assert allowed_in("housing-lead", "coordinator", "close-case")
    assert not allowed_in("supplier", "coordinator", "close-case")
    assert not allowed_in("housing-lead", "trust-monitor", "close-case")
    assert not allowed_in(None, "coordinator", "close-case")
