"""The one table of errors."""

import pickle

import pytest

from discharge.errors import ERRORS, ErrorRow, HomewardError, Refused

ISSUE_TYPES = frozenset(
    [
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "security",
        "login",
        "unknown",
        "expired",
        "forbidden",
        "suppressed",
        "processing",
        "not-supported",
        "duplicate",
        "multiple-matches",
        "not-found",
        "deleted",
        "too-long",
        "code-invalid",
        "extension",
        "too-costly",
        "business-rule",
        "conflict",
        "transient",
        "lock-error",
        "no-store",
        "exception",
        "timeout",
        "incomplete",
        "throttled",
        "informational",
    ]
)
TABLE_0357 = frozenset(
    ["0", "100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206", "207"]
)
NEEDED = frozenset(
    [
        "unreadable-envelope",
        "missing-message-id",
        "not-hl7",
        "frame-incomplete",
        "message-too-large",
        "undecodable",
        "unknown-trigger",
        "unknown-version",
        "unknown-feed",
        "unknown-patient",
        "patient-mismatch",
        "invalid-fhir",
        "code-not-in-value-set",
        "invalid-body",
        "not-signed-in",
        "role-not-allowed",
        "not-found",
        "case-changed",
        "stage-not-allowed",
        "already-done",
        "property-already-let",
        "return-reason-needed",
        "date-in-future",
        "date-before-admission",
        "gate-not-satisfied",
        "consent-missing",
        "database-unavailable",
        "workflow-unavailable",
        "partner-unavailable",
        "partner-refused",
        "accepted-later",
        "duplicate-key-other-body",
        "unsupported-media-type",
        "too-many-requests",
        "internal",
    ]
)
every_row = pytest.mark.parametrize("row", ERRORS.values(), ids=list(ERRORS))


def test_every_code_that_a_door_answers_with_is_in_the_table() -> None:
    assert ERRORS.keys() >= NEEDED


@every_row
def test_given_a_code_then_a_person_gets_a_title_and_whole_sentences(row: ErrorRow) -> None:
    assert row.title
    assert not row.title.endswith(".")
    assert row.words.endswith(".")
    assert row.words != row.title


@every_row
def test_given_a_code_then_its_issue_type_is_in_the_required_value_set(row: ErrorRow) -> None:
    assert row.issue in ISSUE_TYPES


@every_row
def test_given_a_code_then_it_is_retryable_exactly_when_http_says_so(row: ErrorRow) -> None:
    assert row.retryable == (row.http in {408, 429, 500, 503})


@every_row
def test_given_an_acknowledgement_then_only_our_own_outage_is_ae(row: ErrorRow) -> None:
    if row.ack is None:
        return
    assert row.ack.condition in TABLE_0357
    assert (row.ack.code == "AE") == row.retryable
    if row.ack.code == "AR":
        assert row.fault in {"sender", "network"}
        assert row.http in {400, 413}
    if row.ack.code == "AA":
        assert row.ack.condition == "0"


@every_row
def test_given_a_fault_of_the_sender_then_http_is_not_a_server_error(row: ErrorRow) -> None:
    if row.fault == "sender":
        assert row.http < 500


def test_given_no_message_id_then_the_answer_is_ar_101() -> None:
    ack = ERRORS["missing-message-id"].ack
    assert ack is not None
    assert (ack.code, ack.condition) == ("AR", "101")


def test_given_an_unknown_trigger_or_version_then_the_sender_is_not_blocked() -> None:
    for code in ("unknown-trigger", "unknown-version", "unknown-feed"):
        ack = ERRORS[code].ack
        assert ack is not None
        assert ack.code == "AA"


def test_given_an_error_then_it_names_code_place_and_detail() -> None:
    error = HomewardError("code-not-in-value-set", detail="tenures", where="referral.tenure")
    assert str(error) == "code-not-in-value-set at referral.tenure (tenures)"
    assert error.row.http == 422


def test_given_an_unknown_code_then_raising_it_fails_at_once() -> None:
    with pytest.raises(KeyError):
        HomewardError("no-such-code")


def test_given_a_refusal_then_it_crosses_processes_whole() -> None:
    refused = pickle.loads(pickle.dumps(Refused("date-in-future", detail="effective_on", where="command")))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.detail, refused.where) == ("date-in-future", "effective_on", "command")
