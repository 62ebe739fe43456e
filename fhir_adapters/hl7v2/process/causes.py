"""What a person can do about messages that could not be used: one row for each cause.

A cause is the reason that a reading gave; those that carry a detail (`unmapped-...`, `fault-...`) are known
by their beginning. What is not listed has the words of the table of errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from discharge.errors import ERRORS


@dataclass(frozen=True, slots=True)
class CauseWords:
    """A cause in a few words, and what a person can do about it."""

    title: str
    do: str


_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "no-usable-identifier",
        "The profile does not know the number",
        (
            "The messages name the person by numbers that the feed's profile does not list. Look at "
            "PID-3 of one of them and compare it with the profile's identifiers. Then correct the "
            "feed's profile, and replay all with this cause."
        ),
    ),
    (
        "no-pid",
        "The message has no PID segment",
        (
            "The messages have no PID segment. See one of them. If it is missing by mistake, ask the "
            "sender to send the messages again with it."
        ),
    ),
    (
        "no-pv1",
        "The message has no PV1 segment",
        (
            "The messages report an admission, a move or a discharge and have no PV1 segment. If it "
            "is missing by mistake, ask the sender to send the messages again with it."
        ),
    ),
    (
        "stay-not-named",
        "The visit has no number and no admission time",
        (
            "PV1-19 and PV1-44 are empty, so it is not known which stay is meant. Look whether the "
            "feed has its visit number elsewhere. Then correct the feed's profile, and replay all "
            "with this cause."
        ),
    ),
    (
        "stay-of-nobody",
        "The stay has no patient",
        (
            "The messages name a stay and no known patient. If it is missing by mistake, ask the "
            "sender to send the messages again with it."
        ),
    ),
    (
        "no-merge-identifier",
        "The merge has no number",
        (
            "The messages merge two records and do not say which (MRG-1). If it is missing by "
            "mistake, ask the sender to send the messages again with it."
        ),
    ),
    (
        "link-without-two-persons",
        "The link does not name two people",
        (
            "A link (A24) or its withdrawal (A37) has two PID segments. If one is missing by mistake, "
            "ask the sender to send the messages again with it."
        ),
    ),
    (
        "control-id-reused",
        "The same message id with other content",
        (
            "The feed's ids should be unique, but these messages arrived with different content. "
            "Compare both. If both are right, replay them."
        ),
    ),
    (
        "birth-date-differs",
        "The birth date is different",
        (
            "The NHS number belongs to somebody with a different birth date. Ask the trust which is "
            "right. Replay when one of the two is corrected, or edit a wrong number."
        ),
    ),
    (
        "other-nhs-number",
        "The hospital number belongs to another NHS number",
        (
            "The trust's number belongs to somebody with another NHS number. Ask the trust who is "
            "meant, then replay or edit."
        ),
    ),
    (
        "number-of-two-people",
        "The hospital number belongs to two people",
        (
            "The trust gave the number to two people, and the message has neither name nor birth "
            "date. Ask the trust who is meant, then edit the message; or decide on the page of "
            "duplicates that they are one person, and replay."
        ),
    ),
    (
        "bare-number",
        "The merge does not say whose number it is",
        (
            "MRG-1 does not say whose number it is, and the profile does not either. Ask the trust, "
            "add identifiers.bare_numbers (PID-3 for that of the number in PID-3, or an authority) to "
            "the feed's profile, and replay all with this cause."
        ),
    ),
    (
        "person-deleted",
        "The trust deleted a merged record",
        (
            "Nothing was changed here, because the record had been merged and its stays moved. Ask "
            "the trust whether it only cleared the old number (A29). If not, ask it to delete the "
            "visits (A23)."
        ),
    ),
    (
        "nhs-and-local-number-differ",
        "The two numbers belong to different people",
        (
            "The NHS number and the hospital number identify two people. Check whether they are one "
            "person (duplicates), or edit the wrong number."
        ),
    ),
    (
        "local-numbers-of-several",
        "The hospital numbers belong to several people",
        (
            "The message gives numbers of more than one person. Check whether they are one person "
            "(duplicates), then replay."
        ),
    ),
    (
        "nhs-number-of-several",
        "Several people have the NHS number",
        (
            "More than one person here has this NHS number. Check whether they are one person "
            "(duplicates), then replay."
        ),
    ),
    (
        "visit-of-another-person",
        "The visit belongs to somebody else",
        (
            "The visit number is held by another person. When a message moves the visit or merges the "
            "two, these are read again automatically. If none arrives, ask the trust whether the "
            "visit moved. If they are one person, merge them, then replay. If the trust gave the "
            "number to two people, ask it to send the discharge or cancellation of the first, then "
            "replay: each keeps a stay."
        ),
    ),
    (
        "nobody-named",
        "The message does not identify a patient",
        (
            "The referral or document names no person. Look at its PID segment. If it is missing by "
            "mistake, ask the sender to send the message again with it."
        ),
    ),
    (
        "person-not-described",
        "The referral has no name or birth date",
        (
            "Ask the ward who is meant. Replay when a message has given the person's details, or edit "
            "the message."
        ),
    ),
    (
        "case-has-ended",
        "The person's case cannot be reopened",
        (
            "The person's case ended as merged, entered in error or died. Ask the ward what is meant. "
            "If there is work to do, refer the person again by hand."
        ),
    ),
    (
        "referral-without-number",
        "The message does not say which referral it changes",
        (
            "The message changes or withdraws a referral and does not say which (RF1-6). If the "
            "number is missing by mistake, ask the sender to send the message again with it."
        ),
    ),
    (
        "referral-not-known",
        "The referral to change has not arrived",
        (
            "No referral has that number (RF1-6). If the referral arrives later, replay these after "
            "it. Otherwise ask the sender for it."
        ),
    ),
    (
        "referral-of-another-person",
        "The referral belongs to somebody else",
        (
            "The number of the referral (RF1-6) belongs to another person. Ask the sender who is "
            "meant, then edit the wrong number."
        ),
    ),
    (
        "referral-was-refused",
        "The referral was refused before",
        (
            "The first message with this number was refused, and this one would be too. Look at why "
            "on that message. Refer again with another number when it is corrected."
        ),
    ),
    (
        "refused-by-the-case",
        "The case refused it",
        (
            "The message was understood, but the case could not accept it. The code says why. Speak "
            "to the owner of the case, then refer again or leave it."
        ),
    ),
    (
        "referral-date-unreadable",
        "A date in the referral is not valid",
        "Look at the dates of one of them. Edit the message, or ask the sender to send it again.",
    ),
    (
        "referral",
        "A code in the referral is not in its list",
        (
            "The cause names the field. Look at its value in one of them, and edit the message or ask "
            "the sender for a code of the list."
        ),
    ),
    (
        "no-txa",
        "The document has no TXA segment",
        (
            "The messages contain a document and have no TXA segment. If it is missing by mistake, "
            "ask the sender to send the messages again with it."
        ),
    ),
    (
        "document-without-number",
        "The document has no number",
        (
            "TXA-12 is empty, so a later version could not replace it. Ask the sender to number its "
            "documents and to send these again."
        ),
    ),
    (
        "document-of-another-person",
        "The document belongs to somebody else",
        (
            "A document with this number (TXA-12) belongs to another person. Ask the sender whose it "
            "is. Nobody has seen this one. Edit the wrong number, or leave it."
        ),
    ),
    (
        "document-unreadable",
        "The document cannot be opened",
        "Its content (OBX-5) is not of the type that it states. Ask the sender to send it again.",
    ),
    (
        "document-encoding-unknown",
        "The document's encoding is not known",
        "Text, Base64 and hexadecimal are read (OBX-5.4). Ask the sender for one of them.",
    ),
    (
        "too-many-parts",
        "The message has too many parts",
        (
            "The message holds so many delimiters that it was not split into fields. Look at its "
            "beginning, and ask the sender what it was meant to be."
        ),
    ),
    (
        "too-many-repetitions",
        "Too many numbers or addresses for one person",
        ("Look at the fields of one of them, and ask the sender to send the message again correctly."),
    ),
    (
        "number-too-long",
        "A number is too long",
        (
            "A number of a person, a stay or a document has more than 250 characters. If text slipped "
            "into the field, edit the message or ask the sender to send it again."
        ),
    ),
    (
        "batch-too-long",
        "A batch of more than 10,000 messages",
        "None of it was used. Ask the sender to send it in smaller batches.",
    ),
    (
        "unmapped",
        "A code is not mapped",
        (
            "The messages contain a code that the profile does not map. Correct the feed's profile, "
            "and replay all with this cause."
        ),
    ),
    (
        "referral-requested",
        "The referral is waiting for acceptance",
        (
            "The organisation of the feed has no stay or part for the person, so the referral is a "
            "request: the housing service accepts or declines it. If the stay arrives, the referral "
            "continues automatically."
        ),
    ),
    (
        "unknown-feed",
        "The sender is not known",
        (
            "No feed is set up for this sender (MSH-3, MSH-4). Add a feed for it to the places file, "
            "then replay."
        ),
    ),
    (
        "fault",
        "Something went wrong here",
        (
            "This is our fault, not the sender's. Note the code, ask the administrator of this "
            "installation, and replay when it is corrected."
        ),
    ),
)

CAUSES: Mapping[str, CauseWords] = MappingProxyType({key: CauseWords(*words) for key, *words in _ROWS})


def cause_words(code: str, reason: str) -> CauseWords:
    """The words of a cause: of the reason, else of its beginning, else of the code in the table of errors."""
    for key in (reason, code):
        if key in CAUSES:
            return CAUSES[key]
    for key, words in CAUSES.items():
        if reason.startswith(f"{key}-"):
            return words
    error = ERRORS.get(code)
    return (
        CauseWords(error.title, error.words) if error else CauseWords(code or "Not known", "See one of them.")
    )
