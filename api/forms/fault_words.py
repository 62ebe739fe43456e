"""What is wrong with an answer, in words that stand beside its question on a page.

The kinds are those of pydantic; its messages are for programmers, may repeat the input and are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping

FIELD_WORDS: Mapping[str, str] = {
    "missing": "Enter an answer",
    "string_type": "Enter an answer",
    "string_too_short": "Enter at least {limit} characters",
    "string_too_long": "Use at most {limit} characters",
    "string_pattern_mismatch": "Check how this is written",
    "int_parsing": "Enter a whole number",
    "int_type": "Enter a whole number",
    "int_from_float": "Enter a whole number",
    "float_parsing": "Enter a number",
    "float_type": "Enter a number",
    "finite_number": "Enter a number",
    "bool_parsing": "Choose yes or no",
    "bool_type": "Choose yes or no",
    "greater_than": "Enter more than {limit}",
    "greater_than_equal": "Enter {limit} or more",
    "less_than": "Enter less than {limit}",
    "less_than_equal": "Enter {limit} or less",
    "literal_error": "Choose one of the answers on the page",
    "enum": "Choose one of the answers on the page",
    "uuid_parsing": "Choose one of the answers on the page",
    "uuid_type": "Choose one of the answers on the page",
    "date_parsing": "Enter a real date, for instance 27 March 2026",
    "date_type": "Enter a real date, for instance 27 March 2026",
    "date_from_datetime_parsing": "Enter a real date, for instance 27 March 2026",
    "date_from_datetime_inexact": "Enter a date without a time",
    "datetime_parsing": "Enter a real date and time",
    "datetime_from_date_parsing": "Enter a real date and time",
    "datetime_type": "Enter a real date and time",
    "too_long": "Choose at most {limit}",
    "too_short": "Choose at least {limit}",
}
"""Kind of fault -> what to do; `{limit}` is what is allowed."""

ANY_OTHER = "Check this answer: it is missing, or has a value that cannot be used"


def field_words(kind: str, limit: str = "") -> str:
    """What to do about one fault, beside its question."""
    words = FIELD_WORDS.get(kind, ANY_OTHER)
    return words.format(limit=limit) if limit or "{limit}" not in words else ANY_OTHER
