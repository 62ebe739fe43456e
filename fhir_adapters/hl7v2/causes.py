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
        "No number that the profile knows",
        (
            "The messages name the person by numbers that the feed's profile does not list. Look at "
            "PID-3 of one of them and compare it with the profile's identifiers. Then correct the "
            "feed's profile, and replay all of this cause."
        ),
    ),
    (
        "no-pid",
        "No segment about the person",
        (
            "The messages have no PID segment. Look at one of them. If they left it out, ask the "
            "sender to send the messages again with it."
        ),
    ),
    (
        "no-pv1",
        "No segment about the visit",
        (
            "The messages tell of an admission, a move or a discharge and have no PV1 segment. If "
            "they left it out, ask the sender to send the messages again with it."
        ),
    ),
    (
        "stay-not-named",
        "The visit has no number and no time of admission",
        (
            "PV1-19 and PV1-44 are empty, so it is not known which stay is meant. Look whether the "
            "feed has its visit number elsewhere. Then correct the feed's profile, and replay all of "
            "this cause."
        ),
    ),
    (
        "stay-of-nobody",
        "A stay without a person",
        (
            "The messages name a stay before anybody they could belong to. If they left it out, ask "
            "the sender to send the messages again with it."
        ),
    ),
    (
        "no-merge-identifier",
        "A merge without a number",
        (
            "The messages join two records and do not say which (MRG-1). If they left it out, ask the "
            "sender to send the messages again with it."
        ),
    ),
    (
        "link-without-two-persons",
        "A link that does not name two people",
        (
            "A link (A24) or its withdrawal (A37) has two PID segments. If one was left out, ask the sender "
            "to send the messages again with it."
        ),
    ),
    (
        "control-id-reused",
        "The same message id with other content",
        (
            "The feed's ids are said to be unique, and these came with other bytes than before. "
            "Compare both. If both are right, replay them: who replays has looked."
        ),
    ),
    (
        "birth-date-differs",
        "The birth date is another",
        (
            "The NHS number is of somebody with another birth date. Find out with the trust which is "
            "right. Replay once one of the two is corrected; a wrong number may be edited."
        ),
    ),
    (
        "other-nhs-number",
        "The hospital number belongs to another NHS number",
        (
            "The trust's number is of somebody with another NHS number. Ask the trust who is meant, "
            "then replay or edit."
        ),
    ),
    (
        "number-of-two-people",
        "The hospital number is of two people",
        (
            "The trust gave the number to two people, and the message has neither name nor birth date. Ask "
            "the trust who is meant, then edit the message; or say on the page duplicates that they are one, "
            "and replay."
        ),
    ),
    (
        "bare-number",
        "A merge by a number without its authority",
        (
            "MRG-1 does not say whose number it is, and the profile does not either. Ask the trust, add "
            "identifiers.bare_numbers (PID-3 for that of the number in PID-3, or an authority) to the "
            "feed's profile, and replay all of this cause."
        ),
    ),
    (
        "person-deleted",
        "The trust deleted a record that was joined with others",
        (
            "Nothing was changed here, because the record was joined with others, and the stays are now "
            "theirs. Ask the trust whether it only cleared the number that it gave up (A29); if not, have it "
            "delete the visits (A23)."
        ),
    ),
    (
        "nhs-and-local-number-differ",
        "The two numbers are of different people",
        (
            "NHS number and hospital number point at two people. See whether they are one "
            "(duplicates), or edit the wrong number."
        ),
    ),
    (
        "local-numbers-of-several",
        "The hospital numbers are of several people",
        (
            "The message gives numbers of more than one person. See whether they are one "
            "(duplicates), then replay."
        ),
    ),
    (
        "nhs-number-of-several",
        "Several people have the NHS number",
        (
            "More than one person here has this NHS number. See whether they are one (duplicates), "
            "then replay."
        ),
    ),
    (
        "visit-of-another-person",
        "The visit belongs to somebody else",
        (
            "The visit number is held by another person. Once a message moves the visit or joins the two, "
            "these are read again by themselves. If none comes, ask the trust whether the visit moved; if "
            "they are one person, join them, then replay. If the trust gave the number to two people, have "
            "it send the discharge or cancellation of the first, then replay: each keeps a stay."
        ),
    ),
    (
        "nobody-named",
        "A referral or document about nobody",
        (
            "The message names no person. Look at its PID. If it was left out, ask the sender to send the "
            "message again with it."
        ),
    ),
    (
        "person-not-described",
        "A referral of somebody without a name or a birth date",
        (
            "Nobody can work on such a case. Ask the ward who is meant, then replay once a message has "
            "described the person, or edit the message."
        ),
    ),
    (
        "case-has-ended",
        "A referral for a case that ended for good",
        (
            "The person's case ended as merged, entered in error or died. Ask the ward what is meant, and "
            "refer anew by hand if there is work to do."
        ),
    ),
    (
        "referral-without-number",
        "A change to a referral that is not named",
        (
            "The message changes or withdraws a referral and does not say which (RF1-6). If the number was "
            "left out, ask the sender to send the message again with it."
        ),
    ),
    (
        "referral-not-known",
        "A change to a referral that never came",
        (
            "No referral has that number (RF1-6). If the referral itself comes later, replay these after it; "
            "else ask the sender for it."
        ),
    ),
    (
        "referral-of-another-person",
        "The referral is of somebody else",
        (
            "The number of the referral (RF1-6) is of another person's. Ask the sender who is meant, then "
            "edit the wrong number."
        ),
    ),
    (
        "referral-was-refused",
        "A referral again that was refused before",
        (
            "The first message with this number was refused, and the same would happen. Look at why on that "
            "message, and refer anew with another number once it is put right."
        ),
    ),
    (
        "refused-by-the-case",
        "Its case refused it",
        (
            "The message was understood, and the case could not take it: the code says why. Speak with the "
            "case's owner, then refer again or leave it."
        ),
    ),
    (
        "referral-date-unreadable",
        "A date in a referral that is none",
        "Look at the dates of one of them. Edit the message, or ask the sender to send it again.",
    ),
    (
        "referral",
        "A code in a referral that is in no list",
        (
            "The cause names the field. Look at its value in one of them, and edit the message or ask the "
            "sender for a code of the list."
        ),
    ),
    (
        "no-txa",
        "A document without its heading",
        (
            "The messages bring a document and have no TXA segment. If it was left out, ask the sender to "
            "send the messages again with it."
        ),
    ),
    (
        "document-without-number",
        "A document without a number",
        (
            "TXA-12 is empty, so a later version could not take its place. Ask the sender to number its "
            "documents and to send these again."
        ),
    ),
    (
        "document-of-another-person",
        "The document is somebody else's",
        (
            "A document with this number (TXA-12) is another person's. Ask the sender whose it is. Nothing "
            "was shown to anybody; edit the wrong number, or leave it."
        ),
    ),
    (
        "document-unreadable",
        "A document that cannot be opened",
        "Its content (OBX-5) is not what it says to be. Ask the sender to send it again.",
    ),
    (
        "document-encoding-unknown",
        "A document in an encoding that is not known",
        "Text, Base64 and hexadecimal are read (OBX-5.4). Ask the sender for one of them.",
    ),
    (
        "too-many-parts",
        "A message of more parts than any that means something",
        (
            "The message holds so many delimiters that it was not cut into fields. Look at its "
            "beginning, and ask the sender what it was meant to be."
        ),
    ),
    (
        "too-many-repetitions",
        "Hundreds of numbers or addresses of one person",
        (
            "Nobody has that many. Look at the fields of one of them, and ask the sender to send the "
            "message again as it was meant."
        ),
    ),
    (
        "number-too-long",
        "A number that is too long to be one",
        (
            "A number of a person, a stay or a document has more than 250 characters. If text slipped "
            "into the field, edit the message or ask the sender to send it again."
        ),
    ),
    (
        "batch-too-long",
        "A batch of more than 10,000 messages",
        "Nothing of it was used. Ask the sender to send it in smaller batches.",
    ),
    (
        "unmapped",
        "A code that nobody has mapped",
        (
            "The messages carry a code that the profile cannot place. Then correct the feed's "
            "profile, and replay all of this cause."
        ),
    ),
    (
        "referral-requested",
        "A referral that waits to be taken on",
        (
            "The organisation of the feed has no stay or part for the person, so the referral is a request: "
            "the housing service takes it on or answers it. If the stay arrives, it goes on by itself."
        ),
    ),
    (
        "unknown-feed",
        "Nobody has claimed the sender",
        ("No feed claims this sender (MSH-3, MSH-4). Add a feed for it to the places file, then replay."),
    ),
    (
        "fault",
        "Something went wrong here while it was used",
        (
            "This is our fault, not the sender's. Note the code, ask whoever looks after this "
            "installation, and replay once it is put right."
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
        CauseWords(error.title, error.words)
        if error
        else CauseWords(code or "Not known", "Look at one of them.")
    )
