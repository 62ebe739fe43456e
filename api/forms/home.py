"""Forms of the home, of leaving hospital, and of the end of a case."""

from __future__ import annotations

from collections.abc import Callable

from api.commands.named_partners import PARTNERS
from api.forms import advice
from api.forms import choices as ch
from api.forms import mitigation_choices as mc
from api.forms.model import Around, Choices, CommandForm, Field
from discharge.cases.actions import RETURNED
from discharge.cases.model import REHOUSING
from discharge.cases.unready import blockers

WAITS = "Does the discharge wait for it?"
KEPT_OR_NOT = (
    ("no", "Where the person goes now"),
    ("yes", "Still where it was ordered for. The discharge does not wait for it"),
)
WAITS_OR_NOT = (("yes", "Yes, the person cannot leave before it is done"), ("no", "No, it goes on beside"))
WAITS_HINT = (
    "No for work on a home that the person does not go to first, for instance while they stay with a son."
)
MOVED = "Answers that still mean the same are kept, with who gave them and when. The others are asked again."


def _has(options: Choices) -> Callable[[Around], bool]:
    return lambda around: bool(options(around))


HOME = (
    CommandForm(
        "move-check",
        "Move the home check to the current form",
        "Move the check",
        (Field("form", "To which form?", choices=ch.newer_form, hint=MOVED),),
        group="Home",
        shown=_has(ch.newer_form),
    ),
    CommandForm(
        "confirm-item",
        "Update a check answer",
        "Save",
        (
            Field("item", "Which item?", choices=ch.gate_items),
            Field("value", "What is the answer?", "yes-no-unknown"),
        ),
        group="Home",
        shown=_has(ch.gate_items),
    ),
    CommandForm(
        "name-mitigation",
        "Record a mitigation",
        "Save",
        (
            Field("item", "Which item?", choices=mc.items, others=mc.items_without),
            Field("mitigation", "What is the mitigation?", choices=mc.mitigations, hints=mc.who_answers),
            Field("role", "Who is responsible for it?", choices=mc.owners),
            Field(
                "user_id",
                "Which member of our own staff, if any?",
                choices=ch.staff,
                optional=True,
            ),
            Field(
                "until_on",
                "When does it end?",
                "date",
                optional=True,
                hint="Leave empty to use the usual number of days. After that the item is open again.",
            ),
        ),
        note="Note (needed where no member of staff is named: who is it, and how to reach them?)",
        group="Home",
        shown=_has(ch.unsatisfied_items),
        first="item",
    ),
    CommandForm(
        "withdraw-mitigation",
        "End a mitigation",
        "Save",
        (Field("item", "Which item?", choices=ch.mitigated_items),),
        group="Home",
        shown=_has(ch.mitigated_items),
    ),
    CommandForm(
        "assign-blocker",
        "Name the owner and the date of an open item",
        "Save",
        (
            Field("item", "Which item?", choices=ch.open_items_chosen),
            Field("role", "Whose move is it?", choices=ch.item_owners),
            Field(
                "user_id",
                "Which member of our own staff, if any?",
                choices=ch.staff,
                optional=True,
            ),
            Field("due_on", "By when will it be done?", "date", optional=True),
        ),
        note="Note (needed for a later day of what is late, or one long after the home is needed: why?)",
        group="Home",
        shown=_has(ch.open_items),
        first="item",
    ),
    CommandForm(
        "start-strand",
        "Start an order or other work",
        "Begin",
        (
            Field("strand_item", "What?", choices=ch.strand_items, advice=advice.needed),
            Field(
                "partner_id",
                "Who will do it?",
                choices=ch.organisations_of(*PARTNERS),
                optional=True,
                hint="Leave empty if your own team will do it.",
            ),
            Field(
                "due_on",
                "By when?",
                "date",
                optional=True,
                hint="Leave empty to use the usual lead time.",
            ),
            Field(
                "required",
                WAITS,
                choices=ch.fixed(*WAITS_OR_NOT),
                initial=lambda _: "yes",
                hint=WAITS_HINT,
                optional=True,
            ),
        ),
        group="Home",
    ),
    CommandForm(
        "require-strand",
        "Say whether the discharge waits for an order",
        "Save",
        (
            Field("strand", "Which order?", choices=ch.open_strands),
            Field("required", WAITS, choices=ch.fixed(*WAITS_OR_NOT), hint=WAITS_HINT),
        ),
        group="Home",
        note="Why? (needed where the discharge does not wait)",
        shown=_has(ch.open_strands),
    ),
    CommandForm(
        "move-strand",
        "Record progress",
        "Save",
        (
            Field("strand", "Progress of what?", choices=ch.movable_strands),
            Field("step", "Which step has been reached?", choices=ch.steps),
            Field("due_on", "Is there a new completion date?", "date", optional=True),
        ),
        group="Home",
        shown=_has(ch.movable_strands),
    ),
    CommandForm(
        "cancel-strand",
        "Cancel an order or other work",
        "Cancel it",
        (
            Field("strand", "Which?", choices=ch.open_strands),
            Field("reason", "Why?", choices=ch.from_list("strand-cancel-reasons")),
        ),
        group="Home",
        shown=_has(ch.open_strands),
    ),
    CommandForm(
        "redirect-strand",
        "Move an order to the new home, or keep it",
        "Save",
        (
            Field("strand", "Which order?", choices=ch.former_home_strands),
            Field("kept", "Where is it needed now?", choices=ch.fixed(*KEPT_OR_NOT)),
            Field("due_on", "Is there a new completion date?", "date", optional=True),
        ),
        lead="An order that moves is sent to the partner again, with the new address.",
        group="Home",
        shown=_has(ch.former_home_strands),
    ),
    CommandForm(
        "offer-property",
        "Offer a home",
        "Offer",
        (
            Field("strand", "For which rehousing?", choices=ch.rehousing_strands),
            Field(
                "property_id",
                "Which home?",
                choices=ch.offerable_homes,
                hints=ch.home_hints,
                others=ch.homes_not_to_be_had,
            ),
            Field("respond_by", "When must the person answer by?", "date", optional=True),
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
        "Record a signed tenancy",
        "Record",
        (Field("strand", "For which rehousing?", choices=ch.rehousing_strands),),
        group="Rehousing",
        date_label="When was it signed?",
        shown=lambda around: any(
            offer.answer == "accepted"
            for strand in around.case.open_strands
            if strand.kind == REHOUSING and strand.property_id is None
            for offer in strand.offers
        ),
    ),
)

LEAVING = (
    CommandForm(
        "confirm-discharge",
        "Confirm the discharge",
        "Confirm",
        (
            Field(
                "destination",
                "Where did they go?",
                choices=ch.from_list("discharge-destinations"),
                advice=advice.leaving,
            ),
            Field(
                "method",
                "How did they leave?",
                choices=ch.ways_of_leaving,
                initial=lambda _: "1",
                optional=True,
            ),
            Field(
                "unready_reason",
                "Why are they leaving although the home is not ready?",
                choices=ch.from_list("unready-reasons"),
                optional=True,
                advice=advice.not_ready,
                hint="Needed when they go home.",
                shown=lambda around: bool(blockers(around.case)),
            ),
            Field(
                "decided_by",
                "Who decided that they should leave?",
                "text",
                optional=True,
                hint="Name and role. Needed when they go home.",
                shown=lambda around: bool(blockers(around.case)),
            ),
        ),
        group="Leaving",
        date_label="When did they leave?",
    ),
    CommandForm(
        "cancel-discharge",
        "Record that the discharge did not happen",
        "Record",
        group="Leaving",
        date_label="When was that known?",
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
        "report-problem",
        "Report a problem at home",
        "Report",
        (Field("problems", "What is wrong at home?", "choices", ch.from_list("home-problems")),),
        lead="For what somebody says who is not called as planned: a relative, a neighbour, the landlord.",
        group="Leaving",
        date_label="When was it reported?",
    ),
    CommandForm(
        "answer-action",
        "Answer a problem or a missed contact",
        "Record",
        (
            Field("action", "Which one?", choices=ch.open_actions),
            Field("answer", "What is the outcome?", choices=ch.answers_given),
            Field(
                "found",
                "If they are back in hospital, why?",
                choices=ch.from_list("return-causes"),
                optional=True,
                shown=lambda around: any(each.cause == RETURNED for each in around.case.open_actions),
            ),
        ),
        group="Leaving",
        dated=False,
        shown=_has(ch.open_actions),
    ),
    CommandForm(
        "acknowledge-alert",
        "Accept an alert",
        "Accept it",
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
        (
            Field(
                "outcome",
                "How did it end?",
                choices=ch.from_list("case-outcomes"),
                advice=advice.outcome,
            ),
        ),
        group="Ending",
    ),
    CommandForm(
        "reopen-case",
        "Reopen the case",
        "Reopen",
        (Field("reason", "Why?", choices=ch.from_list("reopen-reasons")),),
        group="Ending",
    ),
    CommandForm(
        "enter-in-error",
        "Mark the case as entered in error",
        "Mark as entered in error",
        group="Ending",
        dated=False,
        warning="The case is closed and left out of every figure. It can still be read.",
    ),
)
