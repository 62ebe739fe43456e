"""What differs between a message and its edit, segment by segment, for who decides about it.

The comparison is of the whole texts; a difference inside what may not be seen is named, and not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from api.messages.message_text import Readable
from api.web.page import words

AROUND = 2
"""Segments that are the same and stand before and after what differs."""
MOST_COMPARED = 4_000_000
"""Pairs of lines that are compared to find which were moved; beyond it, all between the first and the last
difference counts as differing.
"""
MOST_OF_A_LINE = 1_000
MOST_LINES = 500


@dataclass(frozen=True)
class Difference:
    """One line of two messages: `mark` says in words which it is in."""

    mark: str
    kind: str
    text: str


@dataclass(frozen=True)
class Compared:
    """One of two messages: its whole lines, and what may be seen of each."""

    whole: tuple[str, ...]
    seen: tuple[str, ...]

    @classmethod
    def of(cls, whole: Readable, seen: Readable) -> Compared:
        """The two readings of one message; where they cannot be laid beside each other, only what is seen."""
        fits = len(whole.lines) == len(seen.lines)
        return cls(whole.lines if fits else seen.lines, seen.lines)


def difference(before: Compared, after: Compared) -> tuple[Difference, ...]:
    """Two messages line by line; a changed segment stands twice, taken out and put in."""
    lines = [line for block in _blocks(before.whole, after.whole) for line in _told(block, before, after)]
    rest = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], Difference("More", "same", _more(rest))) if rest > 0 else tuple(lines)


def _more(rest: int) -> str:
    return f"{words.count(rest, 'line')} more; download both messages to compare them"


Block = tuple[str, int, int, int, int]


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    """Equal and differing stretches; what both begin and end with is not compared line with line."""
    least = min(len(before), len(after))
    head = next((n for n in range(least) if before[n] != after[n]), least)
    tail = next((n for n in range(least - head) if before[-1 - n] != after[-1 - n]), least - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield ("equal", 0, head, 0, head)
    if len(old) * len(new) > MOST_COMPARED:
        yield ("replace", head, head + len(old), head, head + len(new))
    else:
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            yield (kind, a + head, b + head, c + head, d + head)
    yield ("equal", len(before) - tail, len(before), len(after) - tail, len(after))


def _told(block: Block, before: Compared, after: Compared) -> Iterator[Difference]:
    kind, old_from, old_to, new_from, new_to = block
    if kind == "equal":
        yield from _same(before.seen[old_from:old_to])
        return
    pairs = zip_longest(before.seen[old_from:old_to], after.seen[new_from:new_to])
    for old, new in pairs:
        if old is not None and old == new:
            yield Difference("Changed where it is withheld", "in", _short(old, 0))
            continue
        at = _first_difference(old or "", new or "")
        if old is not None:
            yield Difference("Taken out", "out", _short(old, at))
        if new is not None:
            yield Difference("Put in", "in", _short(new, at))


def _first_difference(old: str, new: str) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(old), len(new)))


def _same(lines: Sequence[str]) -> Iterator[Difference]:
    if len(lines) <= 2 * AROUND + 1:
        yield from (Difference("Same", "same", _short(line, 0)) for line in lines)
        return
    yield from _same(lines[:AROUND])
    yield Difference("Same", "same", f"... {words.count(len(lines) - 2 * AROUND, 'more segment')} ...")
    yield from _same(lines[-AROUND:])


def _short(line: str, at: int) -> str:
    """A long line around where it differs."""
    if len(line) <= MOST_OF_A_LINE:
        return line
    begin = max(0, at - 100)
    end = begin + MOST_OF_A_LINE
    return f"{'... ' if begin else ''}{line[begin:end]}{' ...' if end < len(line) else ''}"
