"""Every form that there is, in the order in which the case page offers them. A further command is a further
row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.forms import choices as ch
from api.forms.model import Around, CommandForm, Field
from discharge.cases.model import StrandKind

YES_NO = ch.fixed(("true", "Yes"), ("false", "No"))
PARTNER_KINDS = ("council", "equipment-service", "landlord", "adaptations-service", "care-provider")


def _has(options: Any) -> Any:
    return lambda around: bool(options(around))


REFERRAL = (
    CommandForm("accept-referral", "Accept the referral", "Accept", group="Referral"),
    CommandForm(
        "return-referral",
        "Return the referral to the ward",
        "Return",
        (Field("reason", "Why does it go back?", choices=ch.from_list("referral-return-reasons")),),
        lead="The ward sees the reason, so that it knows what to do.",
        group="Referral",
    ),
    CommandForm(
        "withdraw-referral",
        "Withdraw the referral",
        "Withdraw",
        (Field("reason", "Why is the help no longer wanted?", choices=ch.from_list("withdrawal-reasons")),),
        group="Referral",
        warning="This ends the case.",
    ),
    CommandForm(
        "assign-owner",
        "Say who owns the case",
        "Save",
        (Field("user_id", "Who answers for the case here?", choices=ch.staff),),
        group="Referral",
        dated=False,
    ),
    CommandForm(
        "record-sharing-basis",
        "Record why partners may be told",
        "Record",
        (Field("basis", "On what basis?", choices=ch.from_list("sharing-bases")),),
        lead="Nothing goes to a partner until consent or another basis is recorded.",
        group="Sharing",
    ),
    CommandForm(
        "withdraw-sharing-basis",
        "Withdraw the basis for telling partners",
        "Withdraw",
        group="Sharing",
        shown=lambda around: around.case.may_tell_partners,
    ),
    CommandForm(
        "add-participant",
        "Let an organisation take part",
        "Add",
        (
            Field("organisation_id", "Which organisation?", choices=ch.organisations_of()),
            Field("role", "What does it do?", choices=ch.from_list("owner-roles")),
            Field("basis", "On what basis?", choices=ch.from_list("sharing-bases")),
        ),
        group="Sharing",
    ),
    CommandForm(
        "end-participation",
        "End an organisation's part",
        "End",
        (Field("organisation_id", "Which organisation?", choices=ch.participants),),
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
        "Record why the person waits",
        "Record",
        (
            Field(
                "reason_code",
                "What is the person waiting for?",
                choices=ch.delay_reasons,
            ),
            Field("owner_role", "Who has to act?", choices=ch.from_list("owner-roles")),
        ),
        lead="A person has several local reasons and one national reason at a time.",
        group="Waiting",
    ),
    CommandForm(
        "end-delay-reason",
        "End a reason for waiting",
        "End",
        (Field("reason_id", "Which reason no longer holds?", choices=ch.open_reasons),),
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
        "Record that the council was told (duty to refer)",
        "Record",
        (Field("council_id", "Which council?", choices=ch.organisations_of("council"), optional=True),),
        group="Homelessness",
        date_label="On which day was it sent?",
    ),
    CommandForm(
        "acknowledge-duty-to-refer",
        "Record that the council answered",
        "Record",
        group="Homelessness",
        date_label="On which day did it answer?",
        shown=lambda around: around.case.homelessness.referred_on is not None,
    ),
)

HOME = (
    CommandForm(
        "confirm-item",
        "Answer a gated item",
        "Save",
        (
            Field("item", "Which item?", choices=ch.gate_items),
            Field("value", "How does it stand?", "yes-no-unknown"),
        ),
        group="Home",
        shown=_has(ch.gate_items),
    ),
    CommandForm(
        "name-mitigation",
        "Say who makes an item safe",
        "Save",
        (
            Field("item", "Which item?", choices=ch.unsatisfied_items),
            Field("mitigation", "What is done instead?", choices=ch.from_list("mitigations")),
            Field("role", "Who answers for it?", choices=ch.from_list("owner-roles")),
        ),
        group="Home",
        shown=_has(ch.unsatisfied_items),
    ),
    CommandForm(
        "withdraw-mitigation",
        "A mitigation no longer holds",
        "Save",
        (Field("item", "Which item?", choices=ch.mitigated_items),),
        group="Home",
        shown=_has(ch.mitigated_items),
    ),
    CommandForm(
        "start-strand",
        "Order or begin something",
        "Begin",
        (
            Field("strand_item", "What?", choices=ch.strand_items),
            Field(
                "partner_id",
                "Who does it?",
                choices=ch.organisations_of(*PARTNER_KINDS),
                optional=True,
                hint="Leave it empty when your own team does it.",
            ),
            Field(
                "due_on",
                "By which day?",
                "date",
                optional=True,
                hint="Leave it empty to use the usual lead time.",
            ),
        ),
        group="Home",
    ),
    CommandForm(
        "move-strand",
        "Record progress",
        "Save",
        (
            Field("strand", "Of what?", choices=ch.movable_strands),
            Field("step", "Which step was reached?", choices=ch.steps),
            Field("due_on", "Is there a new day by which it is done?", "date", optional=True),
        ),
        group="Home",
        shown=_has(ch.movable_strands),
    ),
    CommandForm(
        "cancel-strand",
        "Cancel an order or another strand",
        "Cancel it",
        (
            Field("strand", "Which?", choices=ch.open_strands),
            Field("reason", "Why?", choices=ch.from_list("strand-cancel-reasons")),
        ),
        group="Home",
        shown=_has(ch.open_strands),
    ),
    CommandForm(
        "offer-property",
        "Offer a home",
        "Offer",
        (
            Field("strand", "For which rehousing?", choices=ch.rehousing_strands),
            Field("property_id", "Which home?", choices=ch.offerable_homes),
            Field("respond_by", "Answer by which day?", "date", optional=True),
        ),
        group="Rehousing",
        shown=_has(ch.rehousing_strands),
    ),
    CommandForm(
        "answer-offer",
        "Record the answer to an offer",
        "Record",
        (
            Field("offer_id", "Which offer?", choices=ch.open_offers),
            Field(
                "answer",
                "What did the person say?",
                choices=ch.fixed(("accepted", "Accepted"), ("refused", "Refused")),
            ),
            Field("reason", "If refused, why?", choices=ch.from_list("offer-refusal-reasons"), optional=True),
        ),
        group="Rehousing",
        shown=_has(ch.open_offers),
    ),
    CommandForm(
        "let-property",
        "Record that the tenancy was signed",
        "Record",
        (Field("strand", "For which rehousing?", choices=ch.rehousing_strands),),
        group="Rehousing",
        date_label="Signed on which day?",
        shown=lambda around: any(
            offer.answer == "accepted"
            for strand in around.case.open_strands
            if strand.kind is StrandKind.REHOUSING and strand.property_id is None
            for offer in strand.offers
        ),
    ),
)

LEAVING = (
    CommandForm(
        "confirm-discharge",
        "Confirm that the person left hospital",
        "Confirm",
        (Field("destination", "Where did they go?", choices=ch.from_list("discharge-destinations")),),
        group="Leaving",
        date_label="On which day did they leave?",
    ),
    CommandForm(
        "cancel-discharge",
        "Record that the discharge did not happen",
        "Record",
        group="Leaving",
        date_label="On which day was that known?",
    ),
    CommandForm(
        "record-contact",
        "Record a contact after discharge",
        "Record",
        (
            Field("follow_up", "Which contact?", choices=ch.owed_contacts),
            Field("outcome", "How did it go?", choices=ch.from_list("contact-outcomes")),
            Field(
                "problems", "What was wrong at home?", "choices", ch.from_list("home-problems"), optional=True
            ),
        ),
        group="Leaving",
        date_label="On which day?",
        shown=_has(ch.owed_contacts),
    ),
    CommandForm(
        "acknowledge-alert",
        "Take an alert on",
        "Take it on",
        (Field("alert_id", "Which alert?", choices=ch.untaken_alerts),),
        group="Alerts",
        dated=False,
        shown=_has(ch.untaken_alerts),
    ),
)

ENDING = (
    CommandForm(
        "record-death",
        "Record that the person died",
        "Record",
        group="Ending",
        date_label="On which day?",
        warning="Every contact and every message stops at once.",
    ),
    CommandForm(
        "close-case",
        "Close the case",
        "Close",
        (Field("outcome", "How did it end?", choices=ch.from_list("case-outcomes")),),
        group="Ending",
    ),
    CommandForm(
        "reopen-case",
        "Open the case again",
        "Open again",
        (Field("reason", "Why?", choices=ch.from_list("reopen-reasons")),),
        group="Ending",
    ),
    CommandForm(
        "enter-in-error",
        "This case should not exist",
        "Mark as entered in error",
        group="Ending",
        dated=False,
        warning="The case is closed and counts nowhere. It stays readable.",
    ),
)

FORMS: Mapping[str, CommandForm] = MappingProxyType(
    {form.kind: form for form in (*REFERRAL, *WAITING, *HOMELESSNESS, *HOME, *LEAVING, *ENDING)}
)
"""Kind of command -> its form. The check has a page of its own."""


def shape(kind: str, given: dict[str, Any], around: Around) -> dict[str, Any]:
    """The command's own fields from what the form asked, where one question stands for two fields."""
    if kind == "start-strand" and "strand_item" in given:
        strand_kind, _, item = given.pop("strand_item").partition(":")
        return given | {"strand_kind": strand_kind, "item": item}
    if kind == "record-delay-reason" and "reason_code" in given:
        reason_kind, _, code = given.pop("reason_code").partition(":")
        return given | {"reason_kind": reason_kind, "code": code}
    if kind == "answer-offer" and "offer_id" in given:
        return given | {"strand": _strand_of_offer(around, given["offer_id"])}
    return given


def _strand_of_offer(around: Around, offer_id: str) -> str:
    return next(
        (
            strand.key
            for strand in around.case.strands.values()
            if any(str(offer.offer_id) == offer_id for offer in strand.offers)
        ),
        "",
    )
