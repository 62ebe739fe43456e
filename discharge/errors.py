"""The one table of errors: the same code in HTTP, OperationOutcome, HL7 acknowledgement, page and log.

    Exception
    └── HomewardError        anything that we tell somebody about, by its code
        ├── Refused          a rule said no: nothing was changed, trying again changes nothing
        └── Unavailable      something we need is away: trying again later is right

`ERRORS[code]` gives the row. A detail holds a code, a count or a field name and never a person's data,
because details reach logs and workflow histories.

Columns: HTTP status; FHIR R4 issue type (value set issue-type, binding required); HL7 acknowledgement code
(table 0008) with error condition (table 0357), or none where HL7 never sees it; whether the sender should
try again; whose fault it is; a title; and words for a person that end in what to do.

Rule for acknowledgements: an error answer blocks the sender's queue. So AR is kept for an envelope that
cannot be read, AE for our own outage, and everything else that was stored is accepted (AA) and listed for a
person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Fault = Literal["sender", "us", "receiver", "network"]
AckCode = Literal["AA", "AE", "AR"]


@dataclass(frozen=True, slots=True)
class Ack:
    """An HL7 acknowledgement code (table 0008) with its error condition (table 0357)."""

    code: AckCode
    condition: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row of the table; `words` says what happened and what to do about it."""

    code: str
    http: int
    issue: str
    ack: Ack | None
    retryable: bool
    fault: Fault
    title: str
    words: str


STORED = Ack("AA", "0")
BAD_SEGMENTS = Ack("AR", "100")
FIELD_MISSING = Ack("AR", "101")
BAD_DATA = Ack("AR", "102")
TRY_LATER = Ack("AE", "207")

_Row = tuple[str, int, str, Ack | None, bool, Fault, str, str]

# fmt: off
_MESSAGES: tuple[_Row, ...] = (
    ("unreadable-envelope", 400, "structure", BAD_SEGMENTS, False, "sender",
     "The message header cannot be read",
     "The first line of the message could not be read, so nothing was used. Ask the sender to check MSH."),
    ("missing-message-id", 400, "required", FIELD_MISSING, False, "sender",
     "The message has no id",
     "The message has no control id (MSH-10). It was kept under its hash. Ask the sender to number them."),
    ("not-hl7", 400, "structure", BAD_SEGMENTS, False, "sender",
     "This is not an HL7 message",
     "What arrived does not begin with MSH. Check that the right system is connected to this port."),
    ("frame-incomplete", 400, "incomplete", BAD_SEGMENTS, False, "network",
     "The message is incomplete",
     "The connection closed too early. Nothing was stored. The sender must send the message again."),
    ("message-too-large", 413, "too-long", BAD_DATA, False, "sender",
     "The message is too large",
     "The message is larger than is accepted here. Ask the sender to send documents another way."),
    ("undecodable", 400, "structure", BAD_DATA, False, "sender",
     "The text of the message cannot be decoded",
     "The bytes do not fit the character set of this feed. Check MSH-18 and the feed's settings."),
    ("unknown-trigger", 422, "not-supported", STORED, False, "sender",
     "Message type not used",
     "The message was stored and accepted. Homeward does not use this type, so nothing changed."),
    ("unknown-version", 422, "not-supported", STORED, False, "sender",
     "HL7 version not known",
     "The message was stored and accepted, and is listed as not used. Add its version to the feed if right."),
    ("unknown-feed", 422, "not-supported", STORED, False, "us",
     "The feed is not known",
     "The message was stored and accepted. No feed is set up for its sender. Add one, then replay it."),
    ("processing-id-not-used", 422, "not-supported", STORED, False, "sender",
     "Not a live message",
     "The message is marked as test or training (MSH-11). It was stored and changes no live record."),
    ("message-not-understood", 422, "processing", STORED, False, "sender",
     "The message could not be used",
     "The message was stored and accepted, but a part does not fit. Correct the feed and replay it."),
    ("unknown-patient", 422, "not-found", STORED, False, "sender",
     "We do not know this person",
     "No person here has that identifier. Check it, or send the person's details with the request."),
    ("patient-mismatch", 409, "multiple-matches", STORED, False, "sender",
     "The details fit more than one person",
     "The identifier and the details disagree. Nothing was joined. A person must choose who is meant."),
)

_REQUESTS: tuple[_Row, ...] = (
    ("invalid-fhir", 400, "structure", None, False, "sender",
     "This is not valid FHIR",
     "The resource does not follow FHIR R4. Correct the element named and send it again."),
    ("code-not-in-value-set", 422, "code-invalid", None, False, "sender",
     "A code is not in its list",
     "The field named holds a code that its list does not have. Choose one from the list."),
    ("item-not-asked", 422, "business-rule", None, False, "sender",
     "This item is not asked here",
     "Earlier answers leave this item of the check out. Take its answer out, or correct the earlier one."),
    ("invalid-body", 422, "invalid", None, False, "sender",
     "The request is not valid",
     "A field is missing or has an unexpected value. Correct the field named and try again."),
    ("unknown-parameter", 422, "not-supported", None, False, "sender",
     "Part of the address is not recognised",
     "The address has a parameter or a value that is not known here. No search was made. Correct it."),
    ("not-our-service", 422, "not-supported", None, False, "sender",
     "This service is not provided here",
     "The request asks for another service. The answer lists the codes that are accepted here."),
    ("not-kept", 422, "not-supported", None, False, "sender",
     "Part of the request is not accepted",
     "The part named is not accepted here, so nothing was stored. Leave it out, or send it another way."),
    ("search-parameter", 400, "not-supported", None, False, "sender",
     "A search parameter is not supported",
     "The parameter named is not supported, or its value is not valid. No search was made."),
    ("not-utf8", 400, "structure", None, False, "sender",
     "The text is not UTF-8",
     "The request cannot be read from the position named. Send JSON in UTF-8."),
    ("referral-number-used", 409, "conflict", None, False, "sender",
     "This number belongs to another referral",
     "The number was used for another person or for other content. Nothing was changed. Use a new number."),
    ("limits", 422, "too-costly", None, False, "sender",
     "The request is too large",
     "The part named is longer or deeper than is allowed, or has too many entries. Send or ask for less."),
    ("request-unfinished", 408, "incomplete", None, True, "sender",
     "The request did not arrive in time",
     "The request was not complete in time. Nothing was stored. Send it again."),
    ("unsupported-media-type", 415, "not-supported", None, False, "sender",
     "This format is not accepted here",
     "Send JSON: application/json, or application/fhir+json for FHIR."),
    ("not-acceptable", 406, "not-supported", None, False, "sender",
     "We cannot answer in that format",
     "Ask for JSON or HTML."),
    ("method-not-allowed", 405, "not-supported", None, False, "sender",
     "That cannot be done at this address",
     "The address exists but does not do this. Check the API description."),
    ("duplicate-key-other-body", 422, "duplicate", None, False, "sender",
     "This key was used for something else",
     "The idempotency key belongs to an earlier, different request. Use a new key for a new request."),
    ("condition-matches-many", 412, "multiple-matches", None, False, "sender",
     "The condition fits more than one record",
     "If-None-Exist found several records, so nothing was created. Make the condition more exact."),
    ("too-many-requests", 429, "throttled", None, True, "sender",
     "Too many requests",
     "Wait for the time given in Retry-After, then try again."),
    ("too-many-referrals", 409, "business-rule", None, False, "sender",
     "Too many unanswered referrals",
     "You sent many recently, or several for one person. Wait for the answers, or ring the service."),
    ("too-many-hidings", 409, "business-rule", None, False, "sender",
     "Too many people hidden",
     "You have hidden many people today who are not in your beds or cases. Ring their trust instead."),
    ("read-with-referral", 200, "informational", None, False, "us",
     "Read with the referral",
     "It was read with the referral and is not stored separately. A known person's record is unchanged."),
    ("searched-in-part", 200, "informational", None, False, "us",
     "Some cases were not searched",
     "Your organisation's part in some cases does not show what was searched for. They are not in the list."),
    ("accepted-later", 202, "informational", None, False, "us",
     "Accepted, not done yet",
     "Your request is safely stored and will be done shortly. The status page shows when."),
)

_ACCESS: tuple[_Row, ...] = (
    ("not-signed-in", 401, "login", None, False, "sender",
     "You are not signed in",
     "Sign in and try again."),
    ("form-expired", 403, "expired", None, False, "sender",
     "This page was open too long",
     "Go back, reload the page and send it again. Nothing was changed."),
    ("role-not-allowed", 403, "forbidden", None, False, "sender",
     "Your role does not allow this",
     "Ask somebody whose role allows it, or ask an administrator to check your role."),
    ("part-not-allowed", 403, "forbidden", None, False, "sender",
     "Your organisation's part in this case does not include this",
     "Ask the responsible trust or the housing lead of the case to do it. The case page names them."),
    ("filter-not-seen", 403, "forbidden", None, False, "sender",
     "Your organisation's part in its cases does not show this",
     "A list cannot be filtered or searched by something that you do not see. Leave that filter out."),
    ("not-found", 404, "not-found", None, False, "sender",
     "We cannot find that",
     "It does not exist, or your organisation takes no part in it. Check the link."),
)

_REFUSALS: tuple[_Row, ...] = (
    ("case-changed", 409, "conflict", None, False, "sender",
     "Somebody else changed the same thing",
     "This was changed after you opened the page. Check what it says now, then save again."),
    ("no-such-version", 422, "not-found", None, False, "sender",
     "This version of the case does not exist",
     "The version sent as seen is newer than the case. Read the case again, then save."),
    ("stage-not-allowed", 409, "business-rule", None, False, "sender",
     "Not possible at this stage",
     "The case is not at a stage where this can be done. The case page shows what can be done now."),
    ("case-already-open", 409, "duplicate", None, False, "sender",
     "This person has an open case",
     "One person has one open case. Open it from the worklist, or send the referral again to join it."),
    ("case-closed", 409, "business-rule", None, False, "sender",
     "The case of this stay is closed",
     "This stay has a closed case. Reopen that case, with a reason, instead of sending a new referral."),
    ("answer-text-missing", 422, "required", None, False, "sender",
     "The answer in words has no words",
     "Write the answer, or choose Not known."),
    ("check-form-unknown", 409, "not-supported", None, False, "us",
     "This version does not know the form of the check",
     "The check was begun on another edition. Its answers can be read. Update Homeward to go on with it."),
    ("already-done", 409, "duplicate", None, False, "sender",
     "This was already done",
     "It is already recorded. There is nothing more to do."),
    ("not-replayable", 409, "business-rule", None, False, "sender",
     "This cannot be replayed",
     "It has already been used, or it is already waiting. Its page says why and what to do instead."),
    ("overtaken", 409, "conflict", None, False, "sender",
     "Newer information has been sent",
     "The partner has since been sent newer information. Skip this item, or record it again."),
    ("not-approved", 409, "business-rule", None, False, "sender",
     "Nobody has approved this edit",
     "An edited message has no effect until a second person approves it. Ask a colleague to review it."),
    ("second-person-needed", 409, "business-rule", None, False, "sender",
     "Somebody else must decide this",
     "The person who proposed an edit cannot approve or decline it. Ask another operator or administrator."),
    ("no-such-item", 422, "not-found", None, False, "sender",
     "The case has no such item",
     "The strand, order, reason or alert named is not part of this case. Reload the case and choose again."),
    ("property-already-let", 409, "conflict", None, False, "sender",
     "This home is let to somebody else",
     "A tenancy was signed for this home. Tell the person, and choose another home."),
    ("property-held", 409, "conflict", None, False, "sender",
     "This home is held for somebody else",
     "It was offered to somebody else who may still answer, or who has accepted it. Choose another home."),
    ("property-withdrawn", 409, "conflict", None, False, "sender",
     "This home is no longer available",
     "Its landlord took it off the list. Choose another home."),
    ("property-known", 409, "duplicate", None, False, "sender",
     "This landlord has a home with that reference",
     "Each reference is for one home. Change the existing home, or use another reference."),
    ("property-changed", 409, "conflict", None, False, "sender",
     "Somebody else changed this home",
     "It was changed after you opened it. Check it again, then save."),
    ("property-does-not-fit", 409, "business-rule", None, False, "sender",
     "This home does not fit what the person needs",
     "Choose another home, or confirm that you still want to offer it and give the reason."),
    ("work-open", 409, "business-rule", None, False, "sender",
     "This organisation still does work for the case",
     "It has an open order. Cancel the order or wait until it is done, then end this part."),
    ("lead-needed", 409, "business-rule", None, False, "sender",
     "This case needs a lead",
     "Every case has a responsible trust and a housing lead. Add another one first, then end this part."),
    ("contradiction", 409, "business-rule", None, False, "sender",
     "Two answers contradict each other",
     "Two answers do not agree. Correct one, or confirm it with a reason."),
    ("return-reason-needed", 422, "required", None, False, "sender",
     "A reason is needed to return a referral",
     "Choose why the referral is returned, so that the ward knows what to do."),
    ("reason-needed", 422, "required", None, False, "sender",
     "A reason is needed",
     "Choose or write the reason. It is kept with the record."),
    ("council-needed", 422, "required", None, False, "sender",
     "The council is not named",
     "Name the council that received the homelessness referral. Without it nobody can follow it up."),
    ("date-in-future", 422, "business-rule", None, False, "sender",
     "The date is in the future",
     "This records something that has happened, so the date must be today or earlier."),
    ("date-before-admission", 422, "business-rule", None, False, "sender",
     "The date is before the admission",
     "The date is before this hospital stay began. Check the date."),
    ("dates-out-of-order", 422, "business-rule", None, False, "sender",
     "The dates are in the wrong order",
     "The end is before the start, or two periods overlap. Check the dates."),
    ("gate-not-satisfied", 409, "business-rule", None, False, "sender",
     "The home is not ready",
     "At least one gated item is no or unknown. Update the answer, or record a mitigation."),
    ("unready-reason-needed", 422, "required", None, False, "sender",
     "The home is not ready: a reason is needed",
     "The home is not checked, or an item is not yes. Say why the person is leaving, and who decided it."),
    ("decider-needed", 422, "required", None, False, "sender",
     "The home is not ready: who decided this?",
     "Name the person who decided on a discharge to a home that is not ready (decided_by)."),
    ("note-needed", 422, "required", None, False, "sender",
     "The note is empty",
     "Write what you want to note, then save it."),
    ("answer-needed", 409, "business-rule", None, False, "sender",
     "Something still needs an answer",
     "A problem after discharge, or a home that is not ready, has no answer yet. Answer it first."),
    ("mitigation-role-needed", 422, "required", None, False, "sender",
     "A mitigation needs a responsible role",
     "Say which role is responsible for the mitigation until the item is yes."),
    ("place-not-hidden", 409, "business-rule", None, False, "sender",
     "The ward is not hidden",
     "Everybody who takes part in the case can already see the ward, so nobody needs to be named."),
    ("no-stay", 409, "business-rule", None, False, "sender",
     "The person is not in your hospital",
     "People are named for a stay in your hospital, and no stay is known. Check the stay, then name them."),
    ("trust-has-the-patient", 409, "business-rule", None, False, "sender",
     "The person is in this trust's bed",
     "A trust takes part in its own patient's case for as long as the person is in its bed."),
    ("stay-not-ended", 409, "business-rule", None, False, "sender",
     "The trust's system still has the person in its bed",
     "The discharge was recorded by hand. Send the end of the stay from the trust's system, then try again."),
    ("consent-missing", 409, "suppressed", None, False, "sender",
     "No consent or other basis is recorded",
     "Nothing may be sent to this partner yet. Record the person's consent or another lawful basis."),
)

_OUTAGES: tuple[_Row, ...] = (
    ("database-unavailable", 503, "transient", TRY_LATER, True, "us",
     "We cannot store anything at the moment",
     "We cannot be sure that your request was stored. Send it again in a minute: it counts only once."),
    ("workflow-unavailable", 503, "transient", None, True, "us",
     "The case engine is not answering",
     "Your request is stored and will be done when the engine is back. You do not need to send it again."),
    ("sign-in-unavailable", 503, "transient", None, True, "us",
     "Signing in does not work at the moment",
     "The service that knows your account is not answering. Please try again in a minute."),
    ("partner-unavailable", 503, "transient", None, True, "receiver",
     "The partner is not answering",
     "The item is waiting and will be sent again automatically. Nobody needs to do anything yet."),
    ("partner-setup-wrong", 502, "processing", None, False, "us",
     "The connection to the partner is set up wrongly",
     "The partner says that the address or our sign-in is wrong. Correct it, then try the partner again."),
    ("partner-switched-off", 503, "transient", None, True, "us",
     "The partner is switched off",
     "Items for it are waiting here and nothing is lost. Switch the partner on to send them."),
    ("partner-refused", 502, "processing", None, False, "receiver",
     "The partner refused the item",
     "The partner will not accept this item. Read its answer, then release, replace or skip the item."),
    ("database-busy", 503, "timeout", TRY_LATER, True, "us",
     "The database took too long",
     "The request took longer than is allowed. Please try again in a minute."),
    ("recorded-by-newer-version", 503, "transient", TRY_LATER, True, "us",
     "A newer version of Homeward recorded this",
     "This part of Homeward is older and does not know all that is recorded. Try again after the upgrade."),
    ("internal", 500, "exception", TRY_LATER, True, "us",
     "Something went wrong here",
     "The fault is ours and has been logged. Please try again. If it happens again, tell us the reference."),
)
# fmt: on


def _by_code(*families: tuple[_Row, ...]) -> Mapping[str, ErrorRow]:
    rows = [ErrorRow(*row) for family in families for row in family]
    return MappingProxyType({row.code: row for row in rows})


ERRORS: Mapping[str, ErrorRow] = _by_code(_MESSAGES, _REQUESTS, _ACCESS, _REFUSALS, _OUTAGES)


class HomewardError(Exception):
    """An error that is told to somebody by its code.

    `code` is a key of ERRORS (an unknown one is a KeyError here, at once). `detail` is a code, a count or a
    field name; `where` is a path such as "ServiceRequest.status" or "PID-3". Neither holds a person's data.
    `others` are what else refuses the same request, where several rules do.
    """

    def __init__(self, code: str, detail: str = "", where: str = "") -> None:
        self.row = ERRORS[code]
        self.detail = detail
        self.where = where
        self.others: tuple[HomewardError, ...] = ()
        super().__init__(code, detail, where)

    @property
    def code(self) -> str:
        """The key of the row in ERRORS."""
        return self.row.code

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code}{place}{detail}"


class Refused(HomewardError):
    """A rule of the case refuses the command; nothing was recorded."""


def refuse_all(refused: Sequence[HomewardError]) -> None:
    """Raise the first of what refuses, with the `others`; nothing where nothing does."""
    if refused:
        first, *others = refused
        first.others = tuple(others)
        raise first


def refuse_together(*rules: Callable[[], object]) -> None:
    """Ask every rule, and raise all that they refuse; what two rules find alike is said once."""
    refused: list[HomewardError] = []
    for rule in rules:
        try:
            rule()
        except HomewardError as refusal:
            refused += (refusal, *refusal.others)
    refuse_all(list({(each.code, each.detail, each.where): each for each in refused}.values()))


class Unavailable(HomewardError):
    """Something we depend on is away; the same call may succeed later."""
