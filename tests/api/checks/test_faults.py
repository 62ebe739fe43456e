"""What is wrong with a check is said at once on its page, each fault beside its field, and nothing typed is
lost.
"""

from __future__ import annotations

import re

import pytest

from discharge.errors import HomewardError
from tests.api.conftest import Door, Looking
from tests.api.form_faults import told
from tests.api.signing_in import hidden, sign_in
from tests.api.test_phone import PHONE
from tests.housing_checks.homes import answers
from tests.housing_checks.oxygen_form import IN_WORDS, oxygen_asked

LONG = "word " * 500
SIX = {
    "oxygen": "yes",
    "smokes": "yes",
    "door": "12",
    "alarm": "last week",
    "known-oxygen": "gossip",
    "note-keys": LONG,
    "heating": "perhaps",
}
"""Wrong in six places: `record`, which is asked for too, is left out."""
FAULTS = {"heating", "note-keys", "known-oxygen", "door", "alarm", "note-record"}


async def opened(door: Door) -> tuple[str, str]:
    """The address of a check that is not begun yet, and its page."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    return path, (await door.client.get(path)).text


@pytest.mark.parametrize("button", ["", "/hand-in", "/save"], ids=["look over", "hand in", "save"])
async def test_given_six_faults_when_a_check_is_sent_then_all_are_said_at_once_and_what_was_typed_stays(
    door: Door, button: str
) -> None:
    with oxygen_asked(since="2026-03-01", rows=IN_WORDS):
        path, page = await opened(door)
        answer = await door.client.post(f"{path}{button}", data=hidden(page) | answers() | SIX)
    assert answer.status_code == 422, answer.text
    # who saves and goes on later has not answered everything yet
    assert told(answer.text).keys() == FAULTS - ({"note-record"} if button == "/save" else set())
    for typed in ('value="12"', 'value="last week"', LONG.strip()):
        assert typed in answer.text
    assert answer.text.count('<details class="nhsuk-details" open') == 2


async def test_given_a_number_typed_and_an_answer_chosen_when_sent_then_neither_is_taken_silently(
    door: Door,
) -> None:
    with oxygen_asked(since="2026-03-01"):
        path, page = await opened(door)
        both = {"oxygen": "yes", "smokes": "yes", "door": "80", "door-instead": "unknown"}
        answer = await door.client.post(f"{path}/save", data=hidden(page) | both)
    assert told(answer.text).keys() == {"door"}
    assert 'value="80"' in answer.text
    assert answer.text.count("checked") == 3


async def test_given_evidence_for_no_answer_when_a_check_is_saved_then_the_answer_is_asked_for(
    door: Door,
) -> None:
    with oxygen_asked(since="2026-03-01"):
        path, page = await opened(door)
        answer = await door.client.post(
            f"{path}/save", data=hidden(page) | {"keys": "yes", "known-oxygen": "told"}
        )
    assert told(answer.text).keys() == {"oxygen"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"danger-keys": "yes"}, "note-keys"),
        ({"danger-keys": "yes", "note-keys": " "}, "note-keys"),
    ],
)
async def test_given_a_note_about_danger_that_nobody_wrote_when_a_check_is_saved_then_it_is_asked_for(
    door: Door, sent: dict[str, str], field: str
) -> None:
    path, page = await opened(door)
    answer = await door.client.post(f"{path}/save", data=hidden(page) | {"keys": "yes"} | sent)
    assert (answer.status_code, told(answer.text).keys()) == (422, {field})


async def test_given_danger_without_a_note_when_a_check_is_handed_in_then_the_note_is_asked_for(
    door: Door,
) -> None:
    path, page = await opened(door)
    sent = hidden(page) | answers() | {"about_danger": "yes"}
    answer = await door.client.post(f"{path}/hand-in", data=sent)
    assert (answer.status_code, told(answer.text).keys()) == (422, {"note"})
    assert re.search(r'name="about_danger"[^>]* checked', answer.text)


async def test_given_a_check_that_the_case_refuses_when_saved_then_the_questions_come_back(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused by the rules, as when the form changes in between: not an error page, and nothing is lost."""

    async def refused(*_: object) -> None:
        first = HomewardError("answer-text-missing", where="answers.record")
        first.others = (HomewardError("date-in-future", where="effective_on"),)
        raise first

    with oxygen_asked(since="2026-03-01", rows=IN_WORDS):
        path, page = await opened(door)
        monkeypatch.setattr("api.checks.pages.ask", refused)
        sent = hidden(page) | {"oxygen": "yes", "record": "", "note-record": "Number 42", "note-keys": "Kept"}
        answer = await door.client.post(f"{path}/save", data=sent)
    assert answer.status_code == 422
    assert re.search(r'<a href="#note-record">\s*The answer in words has no words', answer.text)
    assert "The date is in the future" in answer.text
    assert "Number 42" in answer.text
    assert "Kept" in answer.text


@pytest.mark.browser
async def test_given_six_faults_on_a_phone_when_a_check_comes_back_then_each_line_leads_to_its_field(
    door: Door, looking: Looking
) -> None:
    with oxygen_asked(since="2026-03-01", rows=IN_WORDS):
        path, page = await opened(door)
        sent = hidden(page) | answers() | SIX
        async with looking.opened(path, PHONE, sent) as shown:
            assert await shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            for name in FAULTS:
                await shown.click(f'.nhsuk-error-summary a[href="#{name}"]')
                assert await shown.evaluate("document.activeElement.id") == name
