"""Forms of the referral, of who may know of it, of the wait and of homelessness."""

from __future__ import annotations

from collections.abc import Callable

from api.commands.named_partners import COUNCILS
from api.forms import choices as ch
from api.forms.model import Around, Choices, CommandForm, Field

YES_NO = ch.fixed(("true", "Yes"), ("false", "No"))


def _has(options: Choices) -> Callable[[Around], bool]:
    return lambda around: bool(options(around))


def _held(name: str) -> Callable[[Around], str | list[str]]:
    """What the referral says now."""

    def initial(around: Around) -> str | list[str]:
        said = getattr(around.case.referral, name, None)
        return list(said) if isinstance(said, tuple) else said or ""

    return initial


NOTES = (
    CommandForm(
        "add-note",
        "Write a note",
        "Save",
        group="Case",
        dated=False,
        note="What do you want to note?",
    ),
)

REFERRAL = (
    CommandForm("accept-referral", "Accept the referral", "Accept", group="Referral"),
    CommandForm(
        "return-referral",
        "Return the referral to the ward",
        "Return",
        (Field("reason", "Why is it returned?", choices=ch.from_list("referral-return-reasons")),),
        lead="The ward sees the reason, so that it knows what to do.",
        group="Referral",
    ),
    CommandForm(
        "amend-referral",
        "Correct the referral",
        "Save",
        (
            Field(
                "reasons",
                "What about the home may delay this person's discharge?",
                "choices",
                ch.from_list("referral-reasons"),
                initial=_held("reasons"),
            ),
            Field(
                "needs",
                "What do they need at home?",
                "choices",
                ch.from_list("needs"),
                optional=True,
                initial=_held("needs"),
            ),
            Field(
                "tenure",
                "What is their housing situation?",
                choices=ch.from_list("tenures"),
                initial=_held("tenure"),
            ),
            Field("lives_alone", "Do they live alone?", "yes-no-unknown", initial=_held("lives_alone")),
            Field(
                "pathway",
                "Which discharge pathway?",
                choices=ch.from_list("pathways"),
                optional=True,
                initial=_held("pathway"),
            ),
        ),
        lead="The form shows what is recorded now. Earlier answers stay in the history.",
        group="Referral",
        dated=False,
    ),
    CommandForm(
        "withdraw-referral",
        "Withdraw the referral",
        "Withdraw",
        (Field("reason", "Why is the help no longer wanted?", choices=ch.from_list("withdrawal-reasons")),),
        group="Referral",
        warning="This closes the case.",
    ),
    CommandForm(
        "assign-owner",
        "Change the owner of the case",
        "Save",
        (Field("user_id", "Who owns the case in your organisation?", choices=ch.staff),),
        group="Referral",
        dated=False,
    ),
    CommandForm(
        "record-sharing-basis",
        "Record the basis for sharing with partners",
        "Record",
        (Field("basis", "On what basis?", choices=ch.from_list("sharing-bases")),),
        lead="Nothing is sent to a partner until consent or another basis is recorded.",
        group="Sharing",
    ),
    CommandForm(
        "withdraw-sharing-basis",
        "Withdraw the basis for sharing with partners",
        "Withdraw",
        group="Sharing",
        shown=lambda around: around.case.may_tell_partners,
    ),
    CommandForm(
        "add-participant",
        "Add an organisation to the case",
        "Add",
        (
            Field("organisation_id", "Which organisation?", choices=ch.organisations_of()),
            Field("role", "What is its part in the case?", choices=ch.participant_roles),
        ),
        lead="It takes part on the basis that is recorded for this case.",
        group="Sharing",
        shown=lambda around: around.case.sharing is not None and around.case.sharing.withdrawn_on is None,
    ),
    CommandForm(
        "end-participation",
        "End an organisation's part",
        "End",
        (Field("organisation_id", "Which organisation?", choices=ch.participants),),
        lead="A case keeps at least one hospital trust and one housing lead.",
        group="Sharing",
    ),
)

WAITING = (
    CommandForm(
        "set-criteria-to-reside",
        "Criteria to reside",
        "Save",
        (Field("met", "Does the person meet the criteria to reside?", choices=YES_NO),),
        lead="No means that the person is ready to leave and every further night is a delay.",
        group="Waiting",
    ),
    CommandForm(
        "set-expected-discharge-date",
        "Set the expected date of discharge",
        "Save",
        (Field("expected_discharge_on", "When is the person expected to leave?", "date", optional=True),),
        lead="Leave it empty when there is no date.",
        group="Waiting",
        dated=False,
    ),
    CommandForm(
        "set-needed-by",
        "Set the day the home is needed by",
        "Save",
        (Field("needed_by", "When must the home be ready?", "date", optional=True),),
        group="Waiting",
        dated=False,
    ),
    CommandForm(
        "record-delay-reason",
        "Record why the person is waiting",
        "Record",
        (
            Field(
                "reason_code",
                "What is the person waiting for?",
                choices=ch.delay_reasons,
            ),
            Field("owner_role", "Who has to act?", choices=ch.from_list("owner-roles")),
        ),
        lead="A person can have several local reasons and one national reason at a time.",
        group="Waiting",
    ),
    CommandForm(
        "end-delay-reason",
        "End a reason for waiting",
        "End",
        (Field("reason_id", "Which reason has ended?", choices=ch.open_reasons),),
        group="Waiting",
        shown=_has(ch.open_reasons),
    ),
    CommandForm(
        "correct-ready-period",
        "Correct a ready period",
        "Correct",
        (
            Field("replaces", "Which period?", choices=ch.ready_periods),
            Field(
                "ready_on",
                "When did it really begin?",
                "date",
                optional=True,
                hint="Leave it empty to remove the period.",
            ),
            Field("ended_on", "When did it end?", "date", optional=True),
        ),
        group="Waiting",
        dated=False,
        shown=_has(ch.ready_periods),
    ),
)

HOMELESSNESS = (
    CommandForm(
        "flag-homelessness",
        "Homelessness",
        "Save",
        (Field("flag", "Is the person homeless, or may they become homeless?", "yes-no-unknown"),),
        group="Homelessness",
    ),
    CommandForm(
        "record-duty-to-refer",
        "Record the homelessness referral to a council",
        "Record",
        (
            Field(
                "council_id",
                "Which council was the referral made to?",
                choices=ch.organisations_of(*COUNCILS),
            ),
        ),
        lead=(
            "Duty to refer, Housing Act 1996. Homeward records the referral and does not send it. "
            "Make it in the way the council asks for."
        ),
        group="Homelessness",
        date_label="When was it made?",
    ),
    CommandForm(
        "acknowledge-duty-to-refer",
        "Record the council's answer to the homelessness referral",
        "Record",
        group="Homelessness",
        date_label="When did it answer?",
        shown=lambda around: around.case.homelessness.referred_on is not None,
    ),
)
