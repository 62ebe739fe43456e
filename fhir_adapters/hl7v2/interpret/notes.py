"""What was read with care in a message that was used: one row for each note, in words for a person."""

from collections.abc import Mapping
from types import MappingProxyType

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "birth-date-placeholder": 'The birth date is a placeholder for "not known". It was not used.',
        "birth-date-unreadable": "The birth date cannot be read.",
        "contact-without-name": (
            "A next of kin (NK1) has a telephone number and no name. It was not used: see the message."
        ),
        "dated-ahead": "A time is more than 31 days ahead. It was not used for the order of messages.",
        "delimiters-in-text": "A text contains an unescaped &, ^ or ~. The whole text was kept.",
        "delimiters-short": "MSH-2 has fewer than four characters. The standard ones were used.",
        "discharge-codes-swapped": "PV1-36 and PV1-37 are swapped in this message.",
        "discharge-codes-unmapped": "PV1-36 or PV1-37 holds a value that the profile does not map.",
        "encounter-status-differs": "The status word and the kind of the message contradict each other.",
        "escape-lost": (
            "MSH-2 has lost its backslash (^~&). The backslash was still used as the escape character. "
            "If texts have lost it too, they show letters instead of special characters (T for "
            "&): ask the sender."
        ),
        "ended-value": (
            "A name, number, address or contact is not in force on the day of the message, by "
            "its own dates. It is history. One in force was used instead."
        ),
        "deleted-person-not-known": (
            "The person whose record was deleted is not known here, so nothing was changed."
        ),
        "expected-discharge-derived": "The expected date was counted from a planned length of stay.",
        "nhs-number-not-taken": "Its NHS number differs from that of the record. It was not used.",
        "discharged-before-admitted": (
            "The discharge is dated before the admission. The time of its report was used, and "
            "the stay is marked as doubtful: ask the ward."
        ),
        "fit-before-admitted": (
            "The first day fit is before the admission. The day of the admission was used."
        ),
        "fit-date-not-used": (
            "The first day fit cannot be read, is a placeholder or is in the future. It was not used."
        ),
        "fit-without-date": (
            "It says fit and gives no day. The wait begins on the day of the first such message."
        ),
        "moved-before-admitted": (
            "A move between beds is dated before the day of the admission. The time of its report "
            "was used, and the stay is marked as doubtful: ask the ward."
        ),
        "telephone-unreadable": (
            "A telephone number is no number, or is too short. It was not used: see the message."
        ),
        "visit-number-of-another-person": (
            "Its visit number belongs to another person's ended stay. This stay is known by its "
            "time of admission: ask the sender whether each stay gets a new number."
        ),
        "visit-number-used-again": (
            "Its visit number was used before, for a stay that had ended. The stay is marked "
            "as doubtful: ask the sender whether each stay gets a new number."
        ),
        "not-inpatient": "It reports a contact without a bed, so no stay was changed.",
        "number-used-again": (
            "Its hospital number belongs to a person with another name and birth date. It was "
            "kept apart: see Who is who, and ask the trust whether two people have the number."
        ),
        "practitioner-not-used": (
            "It names several people as GP (PD1-4 or ROL). One was used: see the message for the others."
        ),
        "referral-reason-unmapped": "A reason for the referral is not in the list.",
        "segments-damaged": "Some lines were not segments. They were left out.",
        "sender-of-another-feed": (
            "MSH-3 and MSH-4 name another feed. It was filed under the feed of its port or certificate: "
            "ask both senders."
        ),
        "sex-unmapped": "PID-8 holds a value that the profile does not map.",
        "stay-not-named": "It does not name a stay, so only the person was updated.",
    }
)
"""Note -> what it means. What is mended on reading (line ends, characters) has its code alone."""


def note_words(reason: str | None) -> str:
    """The notes of a message, as the inbox keeps them (codes divided by commas), in words."""
    return " ".join(NOTES.get(code, f"{code}.") for code in (reason or "").split(",") if code)
