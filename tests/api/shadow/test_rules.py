"""Rules in shadow beside those in force: over the API and on a page, for those who may."""

from __future__ import annotations

from tests.api.conftest import Door
from tests.api.signing_in import sign_in

RULES = "/api/v1/shadow-rules"


async def test_given_rules_in_shadow_when_a_manager_asks_then_each_says_on_which_cases_it_would_speak(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    found = (await door.get(RULES, "trust-monitor", "TRUST")).json()
    assert found["judged"] == 1
    rules = {each["rule"]: each for each in found["shadow_rules"]}
    assert {"repair-due-soon", "night-arrival", "silence-in-support", "homes-not-taken"} <= set(rules)
    for each in rules.values():
        assert {case["case_id"] for case in each["cases"]} <= {str(case_id)}
        assert each["tally"]["spoke"] == len(each["cases"])
    first = (await door.get(f"{RULES}?size=1", "trust-monitor", "TRUST")).json()
    assert (len(first["shadow_rules"]), bool(first["next"])) == (1, True)

    sign_in(door, "trust-monitor", "TRUST")
    page = await door.client.get("/shadow-rules")
    assert page.status_code == 200
    assert all(each["title"] in page.text for each in rules.values())
    shadow = await door.client.get("/shadow")
    assert 'href="/shadow-rules"' in shadow.text


async def test_given_somebody_else_when_they_ask_then_they_see_no_case_of_others_and_no_rule_without_a_right(
    door: Door,
) -> None:
    await door.referred()
    refused = await door.get(RULES, "coordinator")
    assert refused.status_code == 403
    outsider = (await door.get(RULES, "trust-monitor", "LANDLORD")).json()
    assert outsider["judged"] == 0
