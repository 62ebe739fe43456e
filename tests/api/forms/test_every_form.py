"""Every form of a command, filled in with rubbish: it comes back and says what is wrong, by field."""

from __future__ import annotations

import re

import pytest

from api.forms.definitions import FORMS
from tests.api.conftest import Door
from tests.api.form_faults import told
from tests.api.signing_in import hidden, sign_in

RUBBISH = "rubbish <b>"
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\sname="([^"]+)"')
OURS = frozenset({"form_token", "key", "seen_version", "about_danger", "note"})


@pytest.mark.parametrize("stage", ["referred", "accepted"])
async def test_given_rubbish_in_every_field_when_any_form_is_sent_then_each_fault_leads_to_its_field(
    door: Door, stage: str
) -> None:
    case_id = await door.referred()
    if stage == "accepted":
        await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    sent = set()
    for kind in FORMS:
        path = f"/cases/{case_id}/do/{kind}"
        page = await door.client.get(path)
        if page.status_code != 200:
            continue
        form = page.text.rsplit("<form", 1)[1]
        fields = set(FIELD.findall(form)) - OURS
        asked = {re.sub(r"-(day|month|year)$", "", name) for name in fields}
        if not fields or {each.name for each in FORMS[kind].fields} - asked:
            continue  # nothing to fill in, or nothing to choose from yet
        answer = await door.client.post(path, data=hidden(page.text) | dict.fromkeys(fields, RUBBISH))
        assert answer.status_code == 422, (kind, answer.status_code)
        found = {re.sub(r"-day$", "", name) for name in told(answer.text)}
        assert found == asked - FREE_TEXT, kind
        sent.add(kind)
    assert len(sent) > FEWEST[stage], sorted(sent)


FREE_TEXT = frozenset({"decided_by", "mitigation"})
"""What takes any text."""
FEWEST = {"referred": 5, "accepted": 12}
