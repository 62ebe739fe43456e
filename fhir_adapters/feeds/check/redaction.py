"""What of a value may be shown: codes, never what could be about a person.

A sample holds real people. A code is short or recurs, and holds no long row of digits; anything else is
described by its shape.
"""

import re

SHORT = 4
"""Characters that are shown of anything: codes of HL7 and NHS tables have no more."""
RECURS = 3
"""In how many messages a longer word must stand before it is taken for a code."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./&*_+-]{0,39}")
_NUMBER_OF_SOMEBODY = re.compile(r"\d[\d -]{7,}\d")
_LONG_NUMBER = re.compile(r"\d[\d -]{4,}\d")


def shown(value: str, count: int, *, show_values: bool = False) -> str:
    """The value, or a description of it; `count` is in how many messages it stands."""
    if show_values or not value:
        return value
    if not _LONG_NUMBER.search(value) and (
        len(value) <= SHORT or (count >= RECURS and _CODE.fullmatch(value))
    ):
        return value
    return f"({shape(value)}, not shown)"


def system_word(value: str, *, show_values: bool = False) -> str:
    """A word from a field that names systems, never people (MSH-3, CX-4): only long numbers are left out."""
    return value if show_values else _NUMBER_OF_SOMEBODY.sub("(number)", value)


def shape(value: str) -> str:
    """A value as its shape only, up to 24 characters: `01/15/2025` as `99/99/9999`."""
    plain = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", value))
    return plain if len(plain) <= 24 else f"{plain[:21]}..."


def file_name(name: str, *, show_values: bool = False) -> str:
    """A file's name without long numbers: exports are named after patients, too."""
    return name if show_values else _LONG_NUMBER.sub("(number)", name)
