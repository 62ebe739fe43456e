"""Comparing what two records say of a person, field by field: it agrees, differs, or is not known.

Rules for offering two records as possibly one person are rows of data. They only ever offer: nobody is
merged by resemblance. Whoever is marked as unknown (PID-31) resembles nobody.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from discharge.values import Frozen
from fhir_adapters.people.birth_dates import known_birth_date

Finding = Literal["same", "differs", "unknown"]


class Portrait(Frozen):
    """What a record says of a person, as far as comparing needs; empty where nobody said it.

    `numbered_by` are the hospitals that gave them a number, each with its authority.
    """

    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    postcode: str = ""
    phone: str = ""
    nhs_numbers: frozenset[str] = frozenset()
    numbered_by: frozenset[str] = frozenset()
    identity_unknown: bool = False


def plain(text: str) -> str:
    """Letters and digits alone, without case, accents or punctuation."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def same_text(one: str, other: str) -> bool:
    """Whether two names or postcodes are the same but for case, accents, spaces and punctuation."""
    return plain(one) == plain(other)


def _text(value: Callable[[Portrait], str]) -> Callable[[Portrait, Portrait], Finding]:
    def compare(left: Portrait, right: Portrait) -> Finding:
        if not plain(value(left)) or not plain(value(right)):
            return "unknown"
        return "same" if same_text(value(left), value(right)) else "differs"

    return compare


def _birth_date(left: Portrait, right: Portrait) -> Finding:
    one, other = known_birth_date(left.birth_date), known_birth_date(right.birth_date)
    if one is None or other is None:
        return "unknown"
    return "same" if one == other else "differs"


def _nhs_number(left: Portrait, right: Portrait) -> Finding:
    if not left.nhs_numbers or not right.nhs_numbers:
        return "unknown"
    return "same" if left.nhs_numbers & right.nhs_numbers else "differs"


def _hospital_number(left: Portrait, right: Portrait) -> Finding:
    """One hospital gives a person one number; those of two hospitals tell nothing."""
    return "differs" if left.numbered_by & right.numbered_by else "unknown"


FIELDS: Mapping[str, Callable[[Portrait, Portrait], Finding]] = MappingProxyType(
    {
        "nhs-number": _nhs_number,
        "hospital-number": _hospital_number,
        "family-name": _text(lambda one: one.family_name),
        "given-name": _text(lambda one: one.given_name),
        "birth-date": _birth_date,
        "sex": _text(lambda one: one.sex),
        "postcode": _text(lambda one: one.postcode),
        "phone": _text(lambda one: one.phone[-9:]),
    }
)
"""What is compared, in the order in which a page shows it."""

Evidence = Mapping[str, Finding]


def compare(left: Portrait, right: Portrait) -> dict[str, Finding]:
    """Every field of two records: it agrees, differs, or one of them does not say it."""
    return {name: finding(left, right) for name, finding in FIELDS.items()}


@dataclass(frozen=True, slots=True)
class PairRule:
    """Why two records are offered for review.

    With `same`, the rule looks for records that agree in these fields and in which `lacking` is not the
    same. Without, the matching of messages offers the pair when it meets the situation.
    """

    code: str
    words: str
    source: str
    effective_from: date
    same: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()

    def fits(self, evidence: Evidence) -> bool:
        """Whether this rule offers a pair with this evidence."""
        return (
            bool(self.same)
            and all(evidence[name] == "same" for name in self.same)
            and not any(evidence[name] == "same" for name in self.lacking)
        )


_HOUSE = "Homeward: house rule on records of one person"
_SINCE = date(2026, 1, 1)
_ROWS = (
    PairRule(
        "nhs-number-contradicted",
        "One NHS number on two hospital records that contradict each other in birth date or name",
        _HOUSE, _SINCE,
    ),
    PairRule(
        "nhs-and-local-number-differ",
        "A message gives the hospital number of one record and the NHS number of the other",
        _HOUSE, _SINCE,
    ),
    PairRule(
        "local-numbers-of-several", "A message gives hospital numbers of both records", _HOUSE, _SINCE
    ),
    PairRule("nhs-number-of-several", "Both records hold the same NHS number", _HOUSE, _SINCE),
    PairRule(
        "number-used-again",
        "The hospital's number of one record came with the name and the birth date of the other",
        _HOUSE, _SINCE,
    ),
    PairRule(
        "merge-contradicted",
        "The hospital merged the records and has since written to each under its own number",
        _HOUSE, _SINCE,
    ),
    PairRule(
        "linked-by-the-hospital",
        "The hospital links the two records and keeps both",
        "HL7 2.4 chapter 3 and HL7 UK A.3: ADT^A24", _SINCE,
    ),
    PairRule(
        "same-name-birth-date-postcode",
        "The same family name, birth date and postcode under different hospital numbers",
        _HOUSE, _SINCE,
        frozenset({"family-name", "birth-date", "postcode"}),
    ),
    PairRule(
        "same-full-name-birth-date",
        "The same full name and birth date, and no NHS number in common",
        _HOUSE, _SINCE,
        frozenset({"family-name", "given-name", "birth-date"}), frozenset({"nhs-number"}),
    ),
)  # fmt: skip
PAIR_RULES: Mapping[str, PairRule] = MappingProxyType({row.code: row for row in _ROWS})


def resemblances(left: Portrait, right: Portrait) -> tuple[str, ...]:
    """The rules by which two records resemble each other; none where either is of somebody unknown."""
    if left.identity_unknown or right.identity_unknown:
        return ()
    evidence = compare(left, right)
    return tuple(rule.code for rule in PAIR_RULES.values() if rule.fits(evidence))


def agreeing(evidence: Evidence) -> frozenset[str]:
    """The fields that speak for one person."""
    return frozenset(name for name, finding in evidence.items() if finding == "same")


def offered_again(
    decided: Evidence, now: Evidence, rules: Iterable[str], decided_rules: Iterable[str]
) -> bool:
    """Whether something new speaks for one person since people said that they are not."""
    return bool(agreeing(now) - agreeing(decided) or set(rules) - set(decided_rules))
