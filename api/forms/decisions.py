"""Forms of who decides, of the person's choice, and of telling the landlord or scheme of the stay."""

from __future__ import annotations

from collections.abc import Callable

from api.cases.decision_words import STAY, decision_label, step_label, step_words
from api.forms import choices as ch
from api.forms.model import Around, Choices, CommandForm, Field
from discharge.cases.stay_notices import keeps_a_home

Pairs = list[tuple[str, str]]
NAME_IN_NOTE = "Write the name in the note."


def _has(options: Choices) -> Callable[[Around], bool]:
    return lambda around: bool(options(around))


def _recorded(around: Around) -> Pairs:
    """Decisions of which capacity is recorded."""
    return [(code, decision_label(code)) for code in around.case.capacity]


def _lacking(around: Around) -> Pairs:
    held = around.case.capacity.values()
    return [(each.decision, decision_label(each.decision)) for each in held if each.capacity == "lacks"]


def _steps(around: Around) -> Pairs:
    return [
        (each.key, f"{step_label(each.step)}: {step_words(each)}")
        for each in sorted(around.case.choice.values(), key=lambda each: each.given_on, reverse=True)
    ]


def _keepers(around: Around) -> Pairs:
    return [(str(key), around.known.organisation(key)) for key in keeps_a_home(around.case)]


def _told(around: Around) -> Pairs:
    told = {each.organisation_id for each in around.case.stay_notices.values()}
    return [(str(key), around.known.organisation(key)) for key in sorted(told, key=str)]


_NEWS = ch.fixed(*((code, f"The person {said}") for code, said in STAY.items()))

CAPACITY = (
    CommandForm(
        "record-capacity",
        "Record capacity for a decision",
        "Save",
        (
            Field("decision", "What is to be decided?", choices=ch.from_list("capacity-decisions")),
            Field(
                "capacity",
                "Can the person decide this, now, with help to understand?",
                choices=ch.fixed(
                    ("presumed", "Yes: nobody doubts it"),
                    ("has", "Yes: it was assessed"),
                    ("lacks", "No: it was assessed"),
                    ("not-assessed", "It is in doubt, and not yet assessed"),
                ),
                hint="An unwise wish is no lack of capacity.",
            ),
            Field("assessor", "Who assessed it?", choices=ch.from_list("capacity-assessors"), optional=True),
            Field("method", "How was it assessed?", choices=ch.from_list("capacity-methods"), optional=True),
            Field("review_on", "When is it looked at again?", "date", optional=True),
        ),
        date_label="On which day was it assessed, or said?",
        group="Who decides",
    ),
    CommandForm(
        "record-best-interests",
        "Record a best-interests decision",
        "Save",
        (
            Field("decision", "What was decided?", choices=_lacking),
            Field("decider", "Who decided?", choices=ch.from_list("best-interests-deciders")),
            Field("consulted", "Who was asked first?", "choices", ch.from_list("consulted-people")),
            Field("least_restrictive", "Is it the least restrictive way that is safe?", "yes-no-unknown"),
        ),
        lead="Write in the note what was decided, and why a freer way was not enough.",
        date_label="On which day was it decided?",
        group="Who decides",
        shown=_has(_lacking),
    ),
    CommandForm(
        "record-advocate",
        "Record an advocate",
        "Save",
        (
            Field("decision", "For which decision?", choices=_recorded),
            Field("advocate", "Who speaks for the person?", choices=ch.from_list("advocates")),
            Field(
                "instructed",
                "Have they been instructed?",
                choices=ch.fixed(("true", "Yes"), ("false", "No, they are needed")),
            ),
        ),
        lead=NAME_IN_NOTE,
        date_label="Instructed on which day, or needed since when?",
        group="Who decides",
        shown=_has(_recorded),
    ),
    CommandForm(
        "record-representative",
        "Record an attorney or deputy",
        "Save",
        (
            Field("representative", "Who may decide?", choices=ch.from_list("representatives")),
            Field("authority_seen", "Has somebody seen the registered power or the order?", "yes-no-unknown"),
        ),
        lead=NAME_IN_NOTE,
        group="Who decides",
    ),
    CommandForm(
        "record-liberty",
        "Record deprivation of liberty",
        "Save",
        (
            Field("state", "Will the person be free to leave?", choices=ch.from_list("liberty-states")),
            Field("until_on", "Until when is it authorised?", "date", optional=True),
        ),
        group="Who decides",
    ),
)

CHOICE = (
    CommandForm(
        "record-wish",
        "Record what the person wishes",
        "Save",
        (Field("wish", "Where do they wish to live?", choices=ch.from_list("wishes")),),
        lead="Write their own words in the note: wishes, fears, goals.",
        date_label="On which day did they say it?",
        group="Choice",
    ),
    CommandForm(
        "record-choice-step",
        "Record a letter or talk about choice",
        "Save",
        (
            Field("step", "What was given or held?", choices=ch.from_list("choice-steps")),
            Field("given_by", "By whom?", choices=ch.from_list("owner-roles")),
            Field(
                "response_due_on",
                "By when is the person to answer?",
                "date",
                hint="Leave it empty to use the time of the policy.",
                optional=True,
            ),
        ),
        note="Note (needed where an earlier letter was not given: why?)",
        date_label="On which day?",
        group="Choice",
    ),
    CommandForm(
        "answer-choice-step",
        "Record an answer about choice",
        "Save",
        (
            Field("choice_step", "An answer to what?", choices=_steps),
            Field("answer", "What was the answer?", choices=ch.from_list("choice-answers")),
        ),
        lead="A refusal of a home that was offered is recorded as the answer to that offer, with its reason.",
        date_label="On which day?",
        group="Choice",
        shown=_has(_steps),
    ),
    CommandForm(
        "record-self-funding",
        "Record who pays and arranges",
        "Save",
        (
            Field("self_funder", "Does the person pay for their own care?", "yes-no-unknown"),
            Field("arranger", "Who arranges it?", choices=ch.from_list("care-arrangers"), optional=True),
        ),
        date_label="Since which day?",
        group="Choice",
    ),
)

STAY_NOTICES = (
    CommandForm(
        "tell-of-stay",
        "Tell the landlord or scheme of the stay",
        "Tell them",
        (
            Field("organisation_id", "Who is to know?", choices=_keepers),
            Field("news", "What are they to know?", choices=_NEWS),
        ),
        lead="They learn who came into hospital or left it, and when; not why, and not where to.",
        dated=False,
        group="Sharing",
        warning="Tell them only where it is safe for the person.",
        shown=_has(_keepers),
    ),
    CommandForm(
        "answer-stay-notice",
        "Record an answer to a notice of the stay",
        "Save",
        (
            Field("organisation_id", "Who answered?", choices=_told),
            Field("news", "About what?", choices=_NEWS),
            Field(
                "acted",
                "What did they say?",
                choices=ch.fixed(("false", "They have read it"), ("true", "They have acted on it")),
            ),
        ),
        date_label="On which day?",
        group="Sharing",
        shown=_has(_told),
    ),
)
