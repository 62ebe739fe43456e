"""Forms of hazards at home."""

from __future__ import annotations

from api.commands.named_partners import COUNCILS, LANDLORDS
from api.forms import choices as ch
from api.forms import hazard_choices as hc
from api.forms.model import Around, CommandForm, Field


def _tenure(around: Around) -> str:
    referral = around.case.referral
    return referral.tenure if referral is not None else "unknown"


def _some(around: Around) -> bool:
    return bool(around.case.open_hazards)


def _about() -> Field:
    return Field("hazard", "Which hazard?", choices=hc.open_hazards)


WHY_NOTE = "Why is it this serious for this person? (needed unless it is Other)"

HAZARDS = (
    CommandForm(
        "record-hazard",
        "Record a hazard at home",
        "Record",
        (
            Field("hazard_code", "What is the hazard?", choices=hc.hazards, hints=hc.uncertain_hazards),
            Field("room", "Where is it?", choices=ch.from_list("hazard-rooms")),
            Field(
                "severity",
                "How serious is it for this person?",
                choices=ch.from_list("hazard-severities"),
                hint="Judge it for the person who comes home, not for an average household.",
            ),
            Field("known_by", "How is it known?", choices=ch.from_list("evidence-kinds")),
            Field(
                "tenure",
                "How does the person hold their home?",
                choices=ch.from_list("tenures"),
                initial=_tenure,
                hint="What the landlord or the council must do depends on it.",
            ),
            Field(
                "nation",
                "In which nation is the home?",
                choices=hc.nations,
                optional=True,
                hint="Leave empty: it is found from the address. Awaab's Law is in force in England only.",
            ),
            Field(
                "landlord_id",
                "Who is the landlord?",
                choices=ch.organisations_of(*LANDLORDS),
                optional=True,
                hint="Leave empty if the landlord is not on the list. Name it in the note.",
            ),
            Field("band", "What did an inspection rate it as?", choices=hc.ratings, optional=True),
            Field("inspected_on", "When did the inspection begin?", "date", optional=True),
        ),
        group="Hazards",
        date_label="When was it found or reported?",
        note=WHY_NOTE,
    ),
    CommandForm(
        "correct-hazard",
        "Correct a hazard",
        "Save",
        (
            _about(),
            Field(
                "severity",
                "How serious is it for this person?",
                choices=ch.from_list("hazard-severities"),
                optional=True,
            ),
            Field(
                "tenure",
                "How does the person hold their home?",
                choices=ch.from_list("tenures"),
                optional=True,
            ),
            Field("nation", "In which nation is the home?", choices=hc.nations, optional=True),
            Field(
                "landlord_id", "Who is the landlord?", choices=ch.organisations_of(*LANDLORDS), optional=True
            ),
            Field("hazard_code", "What is the hazard?", choices=hc.hazards, optional=True),
            Field("room", "Where is it?", choices=ch.from_list("hazard-rooms"), optional=True),
            Field("known_by", "How is it known?", choices=ch.from_list("evidence-kinds"), optional=True),
            Field("band", "What did an inspection rate it as?", choices=hc.ratings, optional=True),
            Field("inspected_on", "When did the inspection begin?", "date", optional=True),
        ),
        lead="Answer only what is to change. The rest stays as it is.",
        group="Hazards",
        note="Why? (needed where it is more or less serious than before)",
        shown=_some,
    ),
    CommandForm(
        "record-landlord-told",
        "Record that the landlord was told of a hazard",
        "Record",
        (
            _about(),
            Field("told_by", "Who told the landlord?", choices=ch.from_list("hazard-tellers")),
            Field("channel", "How?", choices=ch.from_list("hazard-channels"), advice=hc.sharing),
            Field(
                "told_time",
                "At what time?",
                "text",
                optional=True,
                hint="For example 14:30. Without a time, noon counts.",
            ),
            Field(
                "landlord_id", "Who is the landlord?", choices=ch.organisations_of(*LANDLORDS), optional=True
            ),
        ),
        lead="The landlord's time counts from the day on which it was told, not from today.",
        group="Hazards",
        date_label="On which day was the landlord told?",
        shown=hc.untold,
    ),
    CommandForm(
        "move-hazard",
        "Record a step about a hazard",
        "Save",
        (
            _about(),
            Field("step", "What was done?", choices=hc.steps),
            Field(
                "evidence",
                "How is it known?",
                choices=ch.from_list("evidence-kinds"),
                optional=True,
                hint="Needed when the hazard is made safe.",
            ),
        ),
        group="Hazards",
        date_label="On which day?",
        shown=_some,
    ),
    CommandForm(
        "refer-hazard",
        "Refer a hazard to the council's environmental health",
        "Refer",
        (
            _about(),
            Field("council_id", "Which council?", choices=ch.organisations_of(*COUNCILS), advice=hc.sharing),
        ),
        note="Note (needed where another council was asked before)",
        group="Hazards",
        date_label="On which day?",
        shown=_some,
    ),
    CommandForm(
        "close-hazard",
        "Close a hazard",
        "Close",
        (_about(), Field("reason", "Why?", choices=ch.from_list("hazard-closings"))),
        group="Hazards",
        shown=_some,
    ),
)
