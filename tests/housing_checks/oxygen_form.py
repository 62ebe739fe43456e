"""A form of a site's own: it asks about oxygen, with skip conditions and every type of answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import yaml

from discharge.reference.policy import put_in_force
from discharge.reference.site import parse_override

EACH = {
    "domain": "Oxygen",
    "question": "What of the oxygen?",
    "help": "",
    "evidence": "",
    "severity": "red",
    "evidence_kinds": ["told", "document"],
}
IF_OXYGEN = {"all": [{"item": "oxygen", "answer": True}]}
WIDE_ENOUGH = {"item": "door", "operator": ">=", "answer": 75}
CUPBOARD = {"code": "cupboard", "words": "In a cupboard", "gate": False}
ROWS: dict[str, dict[str, object]] = {
    "oxygen": {"label": "Home oxygen", "gated": False},
    "smokes": {"label": "Nobody smokes", "not_applicable": True, "enable_when": IF_OXYGEN},
    "door": {
        "label": "Door width",
        "type": "number",
        "numbers": {"unit": "cm", "least": 40, "most": 200, "safe_from": 75},
        "enable_when": {
            "any": [
                {"item": "smokes", "operator": "exists", "answer": False},
                {"item": "oxygen", "operator": "!=", "answer": False},
            ]
        },
    },
    "cylinder": {
        "label": "Where the cylinder stands",
        "type": "choice",
        "options": [CUPBOARD, {"code": "open", "words": "In the open"}],
        "enable_when": {"all": [WIDE_ENOUGH, {"item": "oxygen", "answer": True}]},
    },
    "alarm": {
        "label": "Smoke alarm tested",
        "type": "date",
        "holds_for": "3 months",
        "enable_when": IF_OXYGEN,
    },
}
OURS = {
    "changes": "home-check",
    "edition": "oxygen",
    "effective_from": "2026-04-01",
    "decided_by": "J. Doe, home checks lead",
    "decided_on": "2026-03-20",
    "reason": "Oxygen at home",
}


IN_WORDS: dict[str, dict[str, object]] = {
    **ROWS,
    "cylinder": {**ROWS["cylinder"], "type": "open-choice"},
    "record": {"label": "Supplier's record", "type": "text", "gated": False, "enable_when": IF_OXYGEN},
}
"""The same form with answers in words: another place for the cylinder, and what the supplier recorded."""


@contextmanager
def oxygen_asked(since: str = "2026-04-01", rows: Mapping[str, dict[str, object]] = ROWS) -> Iterator[None]:
    """A site that asks about oxygen from a day on."""
    more = {"effective_from": since, "rows": {code: {**EACH, **row} for code, row in rows.items()}}
    said = yaml.safe_dump(OURS | more, sort_keys=False)
    put_in_force([parse_override("oxygen.yaml", said.encode())])
    try:
        yield
    finally:
        put_in_force(())
