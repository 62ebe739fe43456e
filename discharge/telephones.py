"""Telephone numbers and names as people write them, brought to one form so that they can be compared.

PostgreSQL compares them alike (`homeward_plain_number` and `homeward_name_key`).
"""

from __future__ import annotations

import re

DIALLED = re.compile(r"\(?\+?[0-9][0-9 ().\-]{2,}")
"""A number as people write it, without an extension."""
BRITISH = re.compile(r"^(?:\+|00)44")


def dialled(text: str) -> str | None:
    """The digits of a number, without an extension; None for what is none."""
    found = DIALLED.match(text.strip())
    if found is None:
        return None
    digits = re.sub(r"[^0-9]", "", found[0].replace("(0)", ""))
    return f"+{digits}" if found[0].lstrip("(").startswith("+") else digits


def plain_number(text: str) -> str:
    """A number by its digits, as dialled at home; other words in small letters."""
    digits = dialled(text)
    if digits is None or "@" in text:
        return text.strip().casefold()
    return BRITISH.sub("0", digits)


def name_key(text: str) -> str:
    """A name whatever the order in which it is written."""
    return " ".join(sorted(re.findall(r"\w+", text.casefold())))
