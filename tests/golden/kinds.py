"""Every kind of thing that is stored or sent between builds: how it looks today, and who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload

from discharge.cases.commands import ANSWER, ENVELOPE, Answer, Command, Envelope
from discharge.cases.events import EVENT, Event
from discharge.cases.model import SNAPSHOT, Case
from discharge.stored import SCHEMA, Stored
from fhir_adapters.fhir.outbound import outgoing_resource
from fhir_adapters.hl7v2.facts import Fact
from fhir_adapters.hl7v2.process.spells import SpellState
from fhir_adapters.hl7v2.send.news import News
from fhir_adapters.referrals import ReferralValues
from tests.fhir_adapters.fhir.test_outbound import occasion
from tests.golden.examples import example, filled, shape
from tests.golden.story import told_story
from tests.workflows.conftest import KEYS
from workflows.codec import data_converter
from workflows.ports import messages

Json = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of stored thing. ``schema`` is the number that it is stored with, if it has one; ``read`` has
    today's code read what any build stored, and gives what today's would store of it.
    """

    family: str
    name: str
    shape: dict[str, str]
    stored: Json
    read: Callable[[Json], Json]
    schema: int | None = None

    @property
    def key(self) -> str:
        return f"{self.family}/{self.name}"


def kinds() -> Iterator[Kind]:
    """All of them."""
    for event in _members(Event):
        yield _versioned("event", _named(event), EVENT, filled(event), shape(event))
    for command in _members(Command):
        asked = filled(Envelope, command=filled(command))
        yield _versioned("command", _named(command), ENVELOPE, asked, shape(command))
    without = {path: kind for path, kind in shape(Envelope).items() if not path.startswith(".command.")}
    asked = filled(Envelope, command=example(Command))
    yield _versioned("command", "envelope", ENVELOPE, asked, without)
    yield _versioned("answer", "answer", ANSWER, filled(Answer), shape(Answer))
    yield _versioned("snapshot", "case", SNAPSHOT, filled(Case), shape(Case))
    for fact in _members(Fact):
        yield _lenient("fact", _named(fact), fact)
    yield _lenient("fact", "spell-state", SpellState)
    yield _lenient("referral-request", "said", ReferralValues)
    for message in vars(messages).values():
        if isinstance(message, type) and message.__module__ == messages.__name__:
            yield _message(message)
    for kind, told in told_story()[2].items():
        yield _content(kind, told.content)


def _members(union: Any) -> tuple[Any, ...]:
    return get_args(get_args(union)[0])


def _named(model: type[BaseModel]) -> str:
    return str(model.model_fields["kind"].default)


def _versioned(family: str, name: str, kept: Stored[Any], value: BaseModel, has: dict[str, str]) -> Kind:
    return Kind(
        family, name, has, kept.write(value), lambda stored: kept.write(kept.read(stored)), kept.schema
    )


def _lenient(family: str, name: str, model: type[BaseModel]) -> Kind:
    def read(stored: Json) -> Json:
        return model.model_validate(stored, extra="ignore").model_dump(mode="json")

    return Kind(family, name, shape(model), filled(model).model_dump(mode="json"), read)


def _message(model: type[BaseModel]) -> Kind:
    payloads = data_converter(KEYS).payload_converter

    def said(value: Any) -> Json:
        return json.loads(payloads.to_payloads([value])[0].data)  # type: ignore[no-any-return]

    def read(stored: Json) -> Json:
        payload = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(stored).encode())
        return said(payloads.from_payloads([payload], [model])[0])

    name = "".join(f"-{each.lower()}" if each.isupper() else each for each in model.__name__).strip("-")
    return Kind("message", name, shape(model), said(filled(model)), read)


def _content(kind: str, content: Json) -> Kind:
    """What a partner is told: its readers take it by keys."""

    def read(stored: Json) -> Json:
        if kind == "readiness":
            News.model_validate(stored)
        else:
            outgoing_resource(kind, stored, occasion())
        return {name: value for name, value in stored.items() if name in content}

    return Kind("outgoing", kind, dict.fromkeys(sorted(content), "text"), content, read)


def unstamped(stored: Json) -> Json:
    """What it says, without the number of its schema."""
    return {name: value for name, value in stored.items() if name != SCHEMA}
