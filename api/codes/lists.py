"""Every list of codes that the interface uses, by name: those of the field, and our own closed sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel

from api.commands.schemas import OFFERED
from api.duplicates.views import STATES as DUPLICATE_STATES
from api.edits.views import EDIT_STATES
from api.homes.views import STATES as HOME_STATES
from api.referral_requests.views import STATES as REQUEST_STATES
from api.replays.views import REPLAY_STATES
from api.web.page.tags import COMMAND_STATES, MESSAGE_STATES, OUTGOING_STATES, Tag
from discharge.cases.actions import ACTIONS
from discharge.cases.events import Event
from discharge.cases.stages import STAGES
from discharge.clocks.registry import CLOCK_ROWS
from discharge.codes import LISTS
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code, CodeList, by_code
from discharge.delays.bands import DELAY_BANDS
from discharge.delays.released import COUNTERFACTUALS
from discharge.errors import ERRORS
from discharge.outcomes.failed_discharge import FAILED_DISCHARGES
from discharge.outcomes.readmission import READMISSION_BANDS
from discharge.permissions import PERMISSIONS
from discharge.prices.price_list import PRICES
from discharge.risk.levels import ALERT_LEVELS
from discharge.risk.rules import every_rule
from discharge.roles import RELATION_WORDS, ROLE_WORDS
from fhir_adapters.feeds.alarms import ALARM_KINDS
from fhir_adapters.hl7v2.process.causes import PARKED_CAUSES
from fhir_adapters.hl7v2.process.replays import OUTCOMES
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.hazards.duties import DUTIES, PATHS
from housing_checks.hazards.nations import POSTCODE_NATIONS
from housing_checks.hazards.schemes import HHSRS, RATINGS
from housing_checks.safety.clocks import SAFETY_CLOCKS
from housing_checks.safety.events import SafetyEvent
from housing_checks.safety.lists import SAFE_CONTACT_METHODS, SAFETY_MEASURES
from housing_checks.strands.definitions import DEFINITIONS
from housing_checks.strands.rehousing.criteria import HOME_CRITERIA

OURS = "Homeward"


def _ours(name: str, words: Iterable[tuple[str, str]]) -> CodeList[Code]:
    return CodeList(name, tuple(Code(code=code, label=label, source=OURS) for code, label in words))


def _kind(event: type[BaseModel]) -> str:
    return str(event.model_fields["kind"].default)


def _first_sentence(event: type[BaseModel]) -> str:
    return " ".join((event.__doc__ or "").split()).partition(". ")[0].rstrip(".").replace("``", "`")


def _tags(tags: Mapping[Any, Tag]) -> Iterable[tuple[str, str]]:
    return ((str(code), tag.text) for code, tag in tags.items())


class _Rules(CodeList[Code]):
    """The risk rules as they are now, with what a site changes."""

    @property
    def rows(self) -> tuple[Code, ...]:
        """Every rule that is or was in force."""
        return tuple(
            Code(code=rule.id, label=rule.title, source=rule.source, from_on=rule.from_on)
            for rule in every_rule()
        )

    @property
    def _versions(self) -> Mapping[str, tuple[Code, ...]]:
        return by_code(self.rows)


_OF_RULES: tuple[CodeList[Any], ...] = (
    ACTIONS,
    ALARM_KINDS,
    ALERT_LEVELS,
    COUNTERFACTUALS,
    DELAY_BANDS,
    FAILED_DISCHARGES,
    HOME_CRITERIA,
    SAFETY_CLOCKS,
    SAFE_CONTACT_METHODS,
    SAFETY_MEASURES,
    PARKED_CAUSES,
    READMISSION_BANDS,
    CLOCK_ROWS,
    PRICES,
    *(definition.items for definition in DEFINITIONS.values()),
    CHECK_ITEMS,
    HHSRS,
    RATINGS,
    PATHS,
    POSTCODE_NATIONS,
    DUTIES,
)
_CLOSED: tuple[CodeList[Any], ...] = (
    _ours("stages", ((stage.value, row.label) for stage, row in STAGES.items())),
    _ours("command-states", _tags(COMMAND_STATES)),
    _ours("message-states", _tags(MESSAGE_STATES)),
    _ours("outgoing-states", _tags(OUTGOING_STATES)),
    _ours("duplicate-states", _tags(DUPLICATE_STATES)),
    _ours("edit-states", _tags(EDIT_STATES)),
    _ours("home-states", _tags(HOME_STATES)),
    _ours("referral-request-states", _tags(REQUEST_STATES)),
    _ours("replay-states", _tags(REPLAY_STATES)),
    _ours("replay-outcomes", OUTCOMES.items()),
    _ours("roles", ((code, words) for code, words in ROLE_WORDS.items())),
    _ours("relations", ((code, words) for code, words in RELATION_WORDS.items())),
    _ours("errors", ((row.code, row.title) for row in ERRORS.values())),
    _ours("command-kinds", ((kind, PERMISSIONS[kind].words) for kind in OFFERED)),
    _ours("event-kinds", ((_kind(event), _first_sentence(event)) for event in get_args(get_args(Event)[0]))),
    _ours(
        "safety-event-kinds",
        ((_kind(event), _first_sentence(event)) for event in get_args(get_args(SafetyEvent)[0])),
    ),
    _Rules("risk-rules", ()),
    _ours("strand-kinds", ((kind, row.words) for kind, row in DEFINITIONS.items())),
)

CODE_LISTS: Mapping[str, CodeList[Any]] = MappingProxyType(
    {each.name: each for each in sorted((*LISTS.values(), *_OF_RULES, *_CLOSED), key=lambda each: each.name)}
)
"""Name -> list."""


def title_of(found: CodeList[Any]) -> str:
    """What a list is called."""
    return found.name.replace("-", " ").capitalize()


def edition_of(found: CodeList[Any], on: date) -> date | None:
    """The day from which the rows in force on a day have been as they are; None where they always were."""
    if isinstance(found, ListByEdition):
        newest = found.begun(on)
        return None if newest == date.min else newest
    begun = {row.from_on for row in found.rows if row.from_on <= on}
    ended = {row.to_on for row in found.rows if row.to_on is not None and row.to_on <= on}
    newest = max(begun | ended, default=date.min)
    return None if newest == date.min else newest


def editions_of(found: CodeList[Any], on: date) -> list[str]:
    """The edition in force on a day, and after it the site's changes; none for a list of the interface."""
    return list(found.editions(on)) if isinstance(found, ListByEdition) else []


def sources_of(found: CodeList[Any]) -> list[str]:
    """Where the rows of a list come from."""
    return sorted({row.source for row in found.rows})
