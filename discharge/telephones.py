"""Telephone numbers and names as people write them, brought to one form so that they can be compared.

PostgreSQL compares them alike (`homeward_plain_number` and `homeward_name_key`).
"""

from __future__ import annotations

import re
import unicodedata

LABEL = r"[^0-9+@]{0,20}"
"""What people write before a number: *mob*, *TEL:*, a bracket."""
NUMBER = r"\+?[0-9][0-9 ()./-]{2,}"
"""A number as people write it, without an extension."""
DIALLED = re.compile(f"{LABEL}({NUMBER})")
BRITISH = re.compile(r"^(?:\+44|0044|44(?=0?[0-9]{10}$))0?")
"""How the country is written before a number; by some without a sign, or with the 0 of home left in."""
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that telephones and word processors write, and nobody sees."""
DASHES = re.compile("[\u2010-\u2015\u2212]")
LEAST_DIGITS = 5
"""As many digits make a number that stands for itself."""
TITLES = frozenset({"dr", "lady", "miss", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "sir"})


def plainly_written(text: str) -> str:
    """A text without signs that nobody sees; spaces, dashes and digits as a keyboard writes them."""
    folded = DASHES.sub("-", UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    return re.sub(r"\s+", " ", folded).strip(" ")


def _digits(text: str) -> str | None:
    found = DIALLED.match(plainly_written(text))
    if found is None:
        return None
    sign = "+" if found[1].startswith("+") else ""
    return sign + re.sub(r"[^0-9]", "", found[1].replace("(0)", ""))


def dialled(text: str) -> str | None:
    """The digits of a number, without an extension; None for what is none."""
    digits = _digits(text)
    if digits is None:
        return None
    abroad = digits.startswith(("+", "00")) or not BRITISH.match(digits)
    return re.sub(r"^(\+44|0044)0", r"\1", digits) if abroad else BRITISH.sub("+44", digits)


def plain_number(text: str) -> str:
    """A number by its digits, as dialled at home; other words in small letters."""
    digits = _digits(text)
    if digits is None or "@" in text:
        return plainly_written(text).casefold()
    return BRITISH.sub("0", digits)


def whole_number(text: str) -> str:
    """A number by its digits, and those of an extension behind it."""
    found = DIALLED.match(plainly_written(text))
    further = re.sub(r"[^0-9]", "", plainly_written(text)[found.end() :]) if found else ""
    return plain_number(text) + (f" {further}" if further else "")


def several_numbers(text: str) -> bool:
    """Whether somebody wrote more than one number into the place of one."""
    found = re.findall(NUMBER, plainly_written(text))
    return sum(len(re.sub(r"[^0-9]", "", each)) >= LEAST_DIGITS for each in found) > 1


def name_key(text: str) -> str:
    """A name whatever the order in which it is written, with a title or without."""
    words = re.findall(r"\w+", text.casefold())
    return " ".join(sorted([each for each in words if each not in TITLES] or words))


def same_name(one: str, other: str) -> bool:
    """Whether two names may be one, of which somebody wrote more than somebody else: a middle name."""
    words, others = set(name_key(one).split()), set(name_key(other).split())
    return words == others or (len(words & others) > 1 and (words <= others or others <= words))
