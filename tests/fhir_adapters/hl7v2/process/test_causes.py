"""Whatever parks a message, somebody is told in words what it is and what they can do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fhir_adapters
from discharge.errors import ERRORS
from fhir_adapters.hl7v2.process.causes import PARKED_CAUSES, CauseWords, cause_words

TREE = Path(fhir_adapters.__file__).parent
PARKING = {"Parked": "reason", "Doubt": None, "_Unreadable": None, "_Misfit": None}


def _reasons() -> Iterator[str]:
    """Every reason that the code gives for parking a message; of one with a detail, its beginning."""
    for path in sorted(TREE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PARKING:
                said = [*node.args[-1:], *(k.value for k in node.keywords if k.arg == PARKING[node.func.id])]
                yield from (text for text in map(_text, said) if text)


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    return str(node.value) if isinstance(node, ast.Constant) else None


REASONS = sorted(set(_reasons()))


def test_the_reasons_are_found() -> None:
    assert {"no-pid", "nobody-named", "document-unreadable", "referral-", "fault-"} <= set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_given_a_reason_to_park_a_message_then_there_are_words_of_its_own(reason: str) -> None:
    words = cause_words("message-not-understood", reason)

    assert words.title != ERRORS["message-not-understood"].title
    assert words.do.endswith(".")


def test_given_a_cause_with_a_detail_then_an_exact_row_goes_before_one_of_the_beginning() -> None:
    exact, beginning = PARKED_CAUSES.newest("referral-date-unreadable"), PARKED_CAUSES.newest("referral")
    assert exact is not None
    assert beginning is not None
    assert cause_words("", "referral-date-unreadable") == CauseWords(exact.label, exact.do)
    assert cause_words("", "referral-urgency-unknown") == CauseWords(beginning.label, beginning.do)
