"""The order in which items of the check are told. A stored case does not keep the order of its keys, and
only the floor above knows the forms: it says here in which order they ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


class _Order:
    codes: Callable[[], tuple[str, ...]] = tuple


def put_in_order(codes: Callable[[], tuple[str, ...]]) -> None:
    """Take the codes of all items in the order in which forms ask them."""
    _Order.codes = staticmethod(codes)


def places() -> Mapping[str, int]:
    """Return the place of each item; one that is missing here comes last."""
    return {code: place for place, code in enumerate(_Order.codes())}
