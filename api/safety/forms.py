"""The forms of the annex: each asks for one thing to record, and says which event it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from api.forms.choices import fixed
from api.forms.model import Around, Choices, CommandForm, Field
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from housing_checks.safety.commands import NoteItem
from housing_checks.safety.events import SafetyEvent
from housing_checks.safety.lists import SAFE_CONTACT_METHODS, SAFETY_MEASURES

Fields = dict[str, Any]


def _rows(of: ListByEdition[Code]) -> Choices:
    def choices(around: Around) -> list[tuple[str, str]]:
        return [(row.code, row.label) for row in of.in_force(around.today)]

    return choices


@dataclass(frozen=True)
class SafetyForm:
    """One form: its questions, its boxes for words (item -> label), and how its answers become an event."""

    form: CommandForm
    words: Mapping[NoteItem, str]
    event: Callable[[Fields, datetime], Fields]

    @property
    def kind(self) -> str:
        """The kind of event that it records."""
        return self.form.kind

    def read(self, fields: Fields, now: datetime) -> SafetyEvent:
        """The event that answers mean. Raises pydantic's ValidationError."""
        return _EVENT.validate_python({"kind": self.kind, **self.event(fields, now)})


_EVENT: TypeAdapter[SafetyEvent] = TypeAdapter(SafetyEvent)

ASKED = fixed(
    ("alone", "Yes, alone: nobody else could hear"),
    ("not-alone", "Yes, but somebody else was there"),
    ("not-asked", "No, not asked yet"),
)
REACHED = fixed(("yes", "Yes"), ("no", "No"), ("not-safe", "It was not safe to talk"))
BASES = fixed(
    ("judgement", "Professional judgement"),
    ("escalation", "It is getting worse or more frequent"),
    ("repeat", "It has happened again since an earlier referral"),
    ("score", "The score on the form"),
)
CONSENTS = fixed(
    ("given", "The person agrees"), ("refused", "The person does not agree"), ("not-asked", "Not asked")
)
CHOICES = fixed(("stay", "Stay at home"), ("move", "Move"), ("undecided", "Not decided yet"))
CONCERNS = fixed(
    ("reasonable-cause", "Needs care and support, is at risk of abuse or neglect, cannot protect themselves"),
    ("asked-by-person", "The person asked for it"),
    ("other-adult", "Another adult is at risk"),
    ("child", "A child is at risk"),
)
OUTCOMES = fixed(
    ("enquiry", "The council makes an enquiry (section 42)"),
    ("no-enquiry", "No enquiry"),
    ("other-action", "Other action"),
)


def _inside(name: str) -> Callable[[Fields, datetime], Fields]:
    return lambda fields, _: {name: fields}


def _as_it_is(fields: Fields, _: datetime) -> Fields:
    return fields


def _tried(fields: Fields, now: datetime) -> Fields:
    return {"attempt": {**fields, "at": now}}


def _form(kind: str, title: str, *fields: Field, lead: str = "", button: str = "Save") -> CommandForm:
    return CommandForm(kind, title, button, fields, lead, dated=False, group="Safety")


QUESTIONS = SafetyForm(
    _form(
        "questions-answered",
        "Safety questions",
        Field("asked", "Was the person asked about abuse, alone?", choices=ASKED),
        Field("asked_on", "On which day?", "date"),
        Field(
            "disclosed",
            "Did they say that somebody hurts, threatens or controls them?",
            "yes-no-unknown",
        ),
        Field(
            "perpetrator_at_address", "Is that person at the address, or can they get in?", "yes-no-unknown"
        ),
        Field("safe_tonight", "Is it safe to be there tonight?", "yes-no-unknown"),
        Field(
            "contact_method",
            "How can they be reached safely?",
            choices=_rows(SAFE_CONTACT_METHODS),
            optional=True,
        ),
        button="Save the answers",
    ),
    {
        "disclosure": "What did they say, in their own words? (optional)",
        "contact": "How to reach them safely: number, times, words to use (optional)",
    },
    _inside("answers"),
)

_NAMED: tuple[SafetyForm, ...] = (
    SafetyForm(
        _form(
            "contact-tried",
            "Record a call or visit",
            Field("method", "How?", choices=_rows(SAFE_CONTACT_METHODS)),
            Field("reached", "Did you reach the person?", choices=REACHED),
        ),
        {"note": "What was said and agreed (optional)"},
        _tried,
    ),
    SafetyForm(
        _form(
            "marac-decided",
            "Refer to MARAC",
            Field("basis", "Why?", choices=BASES),
            Field("consent", "Does the person agree?", choices=CONSENTS),
            Field("decided_on", "Decided on which day?", "date"),
            Field(
                "score",
                "Score on the form",
                "text",
                optional=True,
                hint="It is kept as it is. A low score changes nothing.",
            ),
            Field("sent_on", "Sent on which day?", "date", optional=True),
            lead="Refer on your own judgement, or because it is getting worse, whatever the score is.",
        ),
        {"reason": "Why? Needed if the person does not agree or was not asked"},
        _inside("referral"),
    ),
    SafetyForm(
        _form("marac-sent", "The referral to MARAC was sent", Field("sent_on", "On which day?", "date")),
        {"note": "Note (optional)"},
        _as_it_is,
    ),
    SafetyForm(
        _form(
            "safeguarding-raised",
            "Raise a safeguarding concern",
            Field("basis", "On what basis?", choices=CONCERNS),
            Field("raised_on", "On which day?", "date"),
        ),
        {"note": "What the council was told (optional)"},
        _inside("concern"),
    ),
    SafetyForm(
        _form(
            "safeguarding-answered",
            "The council's answer to the concern",
            Field("outcome", "What does the council do?", choices=OUTCOMES),
            Field("answered_on", "Answered on which day?", "date"),
        ),
        {"note": "Note (optional)"},
        _as_it_is,
    ),
    SafetyForm(
        _form("adviser-named", "Name the person's adviser", Field("named_on", "From which day?", "date")),
        {"note": "Who is their adviser (IDVA), and how to reach them?"},
        _as_it_is,
    ),
    SafetyForm(
        _form(
            "plan-agreed",
            "Agree a plan",
            Field("choice", "What does the person choose?", choices=CHOICES),
            Field("measures", "What was agreed?", "choices", choices=_rows(SAFETY_MEASURES)),
            Field("planned_on", "On which day?", "date"),
        ),
        {"note": "The plan in words (optional)"},
        _inside("plan"),
    ),
    SafetyForm(
        _form("review-set", "Set a day of review", Field("review_on", "Look again on which day?", "date")),
        {"note": "Note (optional)"},
        _as_it_is,
    ),
    SafetyForm(
        _form(
            "safety-confirmed",
            "Confirm safety",
            Field("until_on", "Until which day?", "date", optional=True),
            lead="Every reader of the case then sees: Safety: confirmed. New answers end it. "
            "After a disclosure everybody named here is asked to look again.",
        ),
        {"reason": "Why? Needed after a disclosure, or if they were not asked alone lately"},
        _as_it_is,
    ),
    SafetyForm(
        _form("confirmation-withdrawn", "Withdraw the confirmation"),
        {"reason": "Why? (optional)"},
        _as_it_is,
    ),
    SafetyForm(
        _form("annex-ended", "End the work on safety", Field("ended_on", "On which day?", "date")),
        {"reason": "Why?"},
        _as_it_is,
    ),
)
NAMED_FORMS: Mapping[str, SafetyForm] = {each.kind: each for each in _NAMED}
"""The forms of people named on an annex, by kind."""
