"""The scripts of a check without signal: their types, the rule that they share with the server, the PIN."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.offline_checks.views import present_item
from api.web.app import STATIC
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import Numbers
from housing_checks.checks.enable_when import EnableWhen
from housing_checks.checks.form import form_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.taken_along import kept_offline

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = STATIC / "offline"
TSC = ROOT / "node_modules" / ".bin" / "tsc"
STRICT = (
    "--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022",
    "--lib", "es2023,dom,dom.iterable", "--module", "nodenext", "--moduleResolution", "nodenext",
)  # fmt: skip
MOST_LINES = 500


def test_given_the_scripts_when_their_types_are_checked_then_they_agree() -> None:
    checked = subprocess.run(
        [TSC, *STRICT, SCRIPTS / "page.js", SCRIPTS / "device.js"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout == ""
    assert checked.returncode == 0


def test_given_the_scripts_of_the_page_then_the_worker_keeps_each_and_nothing_that_is_not_there() -> None:
    listed = set(re.findall(r"'/static/(.+?)'", (SCRIPTS / "worker.js").read_text(encoding="utf-8")))
    own = {f"offline/{path.name}" for path in SCRIPTS.glob("*.js")} - {"offline/worker.js"}
    assert {each for each in listed if each.startswith("offline/")} == own
    assert [each for each in listed if not (STATIC / each).exists()] == []
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES for path in SCRIPTS.iterdir())


CODES = ("a", "b", "c", "d", "e", "f")
FACTS = ("hoist", "oxygen", "homeless")
SAID = ("yes", "no", "unknown", "not-applicable")
NUMBERS = st.decimals(-50, 50, places=2).map(str) | st.integers(-50, 50).map(str)
DAYS = st.integers(-400, 400).map(lambda days: (date(2026, 3, 2) + timedelta(days=days)).isoformat())
VALUES = st.sampled_from(SAID) | NUMBERS | DAYS
KINDS: Mapping[str, Mapping[str, Any]] = {
    "yes-no": {"not_applicable": True},
    "number": {"numbers": Numbers(unit="cm", least=Decimal(-1000))},
    "date": {},
}
YES_OR_NO = st.sampled_from(["yes", "no"])
GIVEN = st.dictionaries(st.sampled_from(CODES), VALUES)
KNOWN = st.dictionaries(st.sampled_from(FACTS), st.sampled_from(["yes", "no", "unknown"]))
Row = dict[str, Any]
Try = tuple[list[Row], dict[str, str], dict[str, Any]]


@st.composite
def forms(draw: st.DrawFn) -> list[Row]:
    """Items, each with conditions on earlier ones and on facts, or without any."""
    items = []
    for at, code in enumerate(CODES):
        row: Row = {"code": code, "type": draw(st.sampled_from(sorted(KINDS)))}
        if at and draw(st.booleans()):
            several = st.lists(_condition(CODES[:at]), min_size=1, max_size=3)
            named = draw(st.sampled_from([("all",), ("any",), ("all", "any")]))
            row["asked_when"] = {name: draw(several) for name in named}
        if draw(st.booleans()):
            row["tells"] = draw(st.dictionaries(st.sampled_from(FACTS), st.lists(VALUES, min_size=1)))
        items.append(row)
    return items


def _condition(before: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    item = {"item": st.sampled_from(before)}
    operator = st.sampled_from(["=", "!=", ">", "<", ">=", "<="])
    return st.one_of(
        st.fixed_dictionaries({**item, "operator": operator, "answer": VALUES}),
        st.fixed_dictionaries({**item, "operator": st.just("exists"), "answer": YES_OR_NO}),
        st.fixed_dictionaries({"fact": st.sampled_from(FACTS), "answer": YES_OR_NO}),
    )


def made(rows: list[Row]) -> CheckForm:
    said = {"label": "L", "domain": "D", "question": "?", "help": "", "evidence": "", "source": "test"}
    items = tuple(CheckItem(severity="red", **said, **_parsed(row)) for row in rows)
    return CheckForm(code="f", title="F", effective_from=date(2026, 1, 1), source="test", items=items)


def _parsed(row: Row) -> dict[str, Any]:
    when, kind = row.get("asked_when"), row.get("type", "yes-no")
    return {
        "code": row["code"],
        "type": kind,
        "asked_when": EnableWhen.model_validate(when) if when else None,
        "tells": {fact: tuple(answers) for fact, answers in row.get("tells", {}).items()},
        **KINDS[kind],
    }


RUN = """
import { asked } from '%s';
let text = '';
for await (const part of process.stdin) text += part;
const tries = JSON.parse(text);
const found = tries.map(([items, values, facts]) => asked(items, new Map(Object.entries(values)), facts));
console.log(JSON.stringify(found));
"""


def in_javascript(tries: list[Try]) -> list[list[str]]:
    """What the device asks, given the form as it is taken along."""
    shaped = [
        [
            [present_item(each, left_out=False).model_dump(mode="json") for each in made(rows).items],
            values,
            facts,
        ]
        for rows, values, facts in tries
    ]
    command = ["node", "--input-type=module", "-e", RUN % (SCRIPTS / "skip_rule.js").as_uri()]
    done = subprocess.run(command, input=json.dumps(shaped), capture_output=True, text=True, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(forms(), GIVEN, KNOWN), min_size=50, max_size=50))
def test_given_forms_at_random_then_the_device_asks_what_the_server_asks(tries: list[Try]) -> None:
    taken = [
        (rows, {code: value for code, value in values.items() if made(rows).item(code).takes(value)}, facts)
        for rows, values, facts in tries
    ]
    ours = [list(made(rows).asked(values, facts)) for rows, values, facts in taken]
    assert in_javascript(taken) == ours


@pytest.mark.parametrize(
    ("kind", "operator", "answer", "given_value", "shown"),
    [
        ("number", ">", "9", "10", True),
        ("yes-no", ">", "9", "yes", False),
        ("date", ">=", "2026-03-01", "2026-03-01", True),
        ("number", "<", "2026-03-01", "5", False),
        ("yes-no", "!=", "no", "unknown", True),
        ("number", "<=", "0.5", "0.50", True),
        ("number", "=", "0.5", "0.50", False),
    ],
)
def test_given_a_condition_then_both_say_the_same(
    kind: str, operator: str, answer: str, given_value: str, shown: bool
) -> None:
    condition = {"item": "a", "operator": operator, "answer": answer}
    rows = [{"code": "a", "type": kind}, {"code": "b", "asked_when": {"all": [condition]}}]
    values, expected = {"a": given_value}, ["a", "b"] if shown else ["a"]
    assert list(made(rows).asked(values)) == expected
    assert in_javascript([(rows, values, {})]) == [expected]


def test_given_the_second_form_whole_then_the_device_asks_what_the_server_asks() -> None:
    form = form_of("home-check-2")
    items = kept_offline(form)
    taken = [present_item(each, left_out=False).model_dump(mode="json") for each in items]
    answers = {each.code: each.choices[0][0] for each in items[::3]}
    facts: dict[str, YesNoUnknown] = {"hoist": "no", "oxygen": "yes", "children": "no"}
    asked = form.model_copy(update={"items": items}).asked(answers, facts)
    command = ["node", "--input-type=module", "-e", RUN % (SCRIPTS / "skip_rule.js").as_uri()]
    sent = json.dumps([[taken, answers, facts]])
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [list(asked)]
    assert {each.code for each in form.items if each.safety} & {each.code for each in items} == set()
    assert 60 < len(asked) < len(items)


PINS = """
import { drawnPin, DIGITS, ROUNDS } from '%s';
const pins = Array.from({ length: 2000 }, drawnPin);
const counts = Array(10).fill(0);
for (let drawn = 0; drawn < 200_000; drawn += 1) for (const digit of drawnPin()) counts[digit] += 1;
console.log(JSON.stringify({ pins, counts, DIGITS, ROUNDS }));
"""


def test_given_pins_when_drawn_then_each_digit_is_as_likely_and_a_guess_takes_years() -> None:
    script = PINS % (SCRIPTS / "pin.js").as_uri()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    pins = found["pins"]
    assert len(set(pins)) == len(pins)
    assert all(re.fullmatch(r"\d{12}", pin) for pin in pins)
    shares = [each / sum(found["counts"]) for each in found["counts"]]
    assert all(0.0988 < share < 0.1012 for share in shares), (
        "six standard deviations; 256 in ten parts is ten"
    )
    assert found["ROUNDS"] >= 600_000
    rounds_a_second = 10**10
    """Of one card that is made for it: see the decision."""
    years = 10 ** found["DIGITS"] * found["ROUNDS"] / rounds_a_second / (365 * 24 * 3600)
    assert years > 2
