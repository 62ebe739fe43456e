"""Which field holds a code of which list, and what of a body is a code of none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.codes.lists import CODE_LISTS
from api.contract.tables import table
from api.web.body_faults import refusal_fault
from api.web.problem_bodies import BodyFault
from discharge.codes.model import not_listed


def list_of(model: str, field: str) -> str:
    """The list whose codes a field of a schema holds; empty for one that holds none."""
    found = table("code_fields.yaml")
    return found.get(f"{model}.{field}") or found.get(field, "")


def code_faults(model: str, body: object) -> Iterator[BodyFault]:
    """Codes of a body that their lists never had: told with faults of form, so that all are told at once. A
    body of the right form is judged by the rules alone, with the lists of its day.
    """
    for field, sent in body.items() if isinstance(body, Mapping) else ():
        named = list_of(model, str(field))
        if named:
            yield from _unknown(named, str(field), sent)


def _unknown(named: str, field: str, sent: Any) -> Iterator[BodyFault]:
    found = CODE_LISTS[named]
    one = not isinstance(sent, list)
    for number, code in enumerate([sent] if one else sent):
        if isinstance(code, str) and code and not found.known(code):
            where = field if one else f"{field}[{number}]"
            yield refusal_fault(not_listed(named, code, (row.code for row in found.rows), where))
