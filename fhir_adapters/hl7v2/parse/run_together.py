"""Segments that run together in one line, because their sender lost the CR between them.

A line is cut only where what follows has the very shape of a segment that we know: its id, a set id that is a
number, and fields as that segment has them. A value that merely ends in such letters stays whole. Every cut
is counted, so that the message carries a note of it.
"""

import re
from functools import lru_cache

LONGEST_LINE = 65_536
"""Longer lines hold files in base64, not lost segments."""

_IDS = ("OBX", "OBR", "NK1", "PV1", "PID", "EVN", "AL1", "DG1", "PR1", "NTE")

_SHAPES = (
    r"OBX{f}\d{{1,4}}{f}[A-Z]{{2,3}}{f}",
    r"OBR{f}\d{{1,4}}{f}[^{f}]*{f}[^{f}]*{f}",
    r"NK1{f}\d{{1,3}}{f}[^{f}]*{c}",
    r"PV1{f}\d?{f}[A-Z]{f}[^{f}]*{c}",
    r"(?<![A-Z])PID{f}\d?{f}[^{f}]*{f}[^{f}]+{f}",
    r"EVN{f}[A-Z]\d\d{f}\d{{8}}",
    r"(?<![A-Z])(?:AL1|DG1|PR1|NTE){f}\d{{1,3}}{f}",
)


@lru_cache(maxsize=32)
def _beginnings(field: str, component: str) -> re.Pattern[str]:
    marks = {"f": re.escape(field), "c": re.escape(component)}
    return re.compile("(?=" + "|".join(f"(?:{shape.format(**marks)})" for shape in _SHAPES) + ")")


def split_run_together(lines: list[str], field: str, component: str) -> tuple[list[str], int]:
    """The lines with lost segments on lines of their own, and how many cuts that took."""
    beginnings = _beginnings(field, component)
    apart = [part for line in lines for part in _parts(line, beginnings)]
    return apart, len(apart) - len(lines)


def _parts(line: str, beginnings: re.Pattern[str]) -> list[str]:
    if len(line) > LONGEST_LINE or not any(line.find(name, 1) > 0 for name in _IDS):
        return [line]
    cuts = [found.start() for found in beginnings.finditer(line, 1)]
    starts, ends = [0, *cuts], [*cuts, len(line)]
    return [line[start:end] for start, end in zip(starts, ends, strict=True)]
