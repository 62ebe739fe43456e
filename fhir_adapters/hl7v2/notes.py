"""What was read with care in a message that was used: one row for each note, in words for whoever looks."""

from collections.abc import Mapping
from types import MappingProxyType

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "birth-date-placeholder": 'The birth date stands for "not known" and was left aside.',
        "birth-date-unreadable": "The birth date cannot be read.",
        "dated-ahead": "A time lies more than 31 days ahead and put nothing in order.",
        "delimiters-in-text": "A text holds a bare &, ^ or ~, which should be escaped; all of it was kept.",
        "delimiters-short": "MSH-2 names fewer than four characters; the usual ones were used.",
        "discharge-codes-swapped": "PV1-36 and PV1-37 are the other way round in this message.",
        "discharge-codes-unmapped": "PV1-36 or PV1-37 holds a value that the profile does not map.",
        "encounter-status-differs": "The status word and the kind of the message contradict each other.",
        "escape-lost": (
            "MSH-2 has lost its backslash (^~&), which was taken for the escape character all the same. "
            "Where the sender lost it in texts, too, letters stand for special characters (T for &): ask it."
        ),
        "ended-value": (
            "A name, number, address or contact is not in force on the day of the message by its own dates. "
            "It is history, and another in force was taken."
        ),
        "deleted-person-not-known": "Nobody is known here whose record was deleted, so nothing was changed.",
        "expected-discharge-derived": "The expected date was counted from a planned length of stay.",
        "nhs-number-not-taken": "Its NHS number is another than the record's and was left aside.",
        "discharged-before-admitted": (
            "The discharge is dated before the admission. It was taken as of when it was said, and the stay "
            "is marked as doubtful: ask the ward."
        ),
        "fit-before-admitted": "The day first fit is before the admission; that of the admission was taken.",
        "fit-date-not-used": (
            'The day first fit cannot be read, stands for "not known" or lies ahead, and was left aside.'
        ),
        "fit-without-date": "It says fit and gives no day; the waiting begins on the day it was first said.",
        "moved-before-admitted": (
            "A move between beds is dated before the day of the admission. It was taken as of when it was "
            "said, and the stay is marked as doubtful: ask the ward."
        ),
        "visit-number-of-another-person": (
            "Its visit number was somebody else's, whose stay had ended. This stay is known by its time of "
            "admission: ask the sender whether it numbers each stay anew."
        ),
        "visit-number-used-again": (
            "Its visit number was used before, for a stay that had ended. The stay is marked as doubtful: "
            "ask the sender whether it numbers each stay anew."
        ),
        "not-inpatient": "It is about a contact without a bed, so no stay was changed.",
        "number-used-again": (
            "Its hospital number is of somebody with another name and another birth date. It was kept apart: "
            "see duplicates, and ask the trust whether the number was given to two people."
        ),
        "referral-reason-unmapped": "A reason for the referral is in no list.",
        "segments-damaged": "Some lines were no segments and were left out.",
        "sender-of-another-feed": (
            "MSH-3 and MSH-4 name another feed. It was filed under the feed whose port or certificate it "
            "came by: ask both senders."
        ),
        "sex-unmapped": "PID-8 holds a value that the profile does not map.",
        "stay-not-named": "It names no stay, so only the person was updated.",
    }
)
"""Note -> what it means. What is mended on reading (line ends, characters) has its code alone."""


def note_words(reason: str | None) -> str:
    """The notes of a message, as the inbox keeps them (codes divided by commas), in words."""
    return " ".join(NOTES.get(code, f"{code}.") for code in (reason or "").split(",") if code)
