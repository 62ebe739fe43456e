"""What reading a message costs: ours beside `hl7` and `hl7apy`, over the same messages.

The readers take turns message by message, so that a slow moment of the machine falls on all of them. The two
libraries are given text that is decoded already and whose line ends are mended; ours begin with the bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from deploy.bench.timing_rounds import Figure, Round, figure
from fhir_adapters.hl7v2.parse.envelope import Unreadable, read_envelope
from fhir_adapters.hl7v2.parse.segments import read_message
from fhir_adapters.hl7v2.parse.text import readable_text

Reader = Callable[[bytes, str], bool]
"""Reads one message, given as bytes and as text; says whether it could."""


def _hl7(_: bytes, text: str) -> bool:
    import hl7

    return bool(hl7.parse(text))


def _hl7apy(_: bytes, text: str) -> bool:
    from hl7apy.parser import parse_message

    return bool(parse_message(text).children)


def _envelope(raw: bytes, _: str) -> bool:
    return not isinstance(read_envelope(raw), Unreadable)


def _whole(raw: bytes, _: str) -> bool:
    return not isinstance(read_message(raw), Unreadable)


BASELINE = "hl7 (python-hl7), whole message"
READERS: dict[str, Reader] = {
    BASELINE: _hl7,
    "hl7apy, whole message": _hl7apy,
    "homeward, envelope (all that an answer needs)": _envelope,
    "homeward, whole message": _whole,
}


def run(raws: Sequence[bytes], seconds: float) -> list[Figure]:
    """Read every message with every reader, in whole passes until the time is up; at least one."""
    pairs = [(raw, readable_text(raw)[0]) for raw in raws]
    took: dict[str, list[float]] = {name: [] for name in READERS}
    good = dict.fromkeys(READERS, 0)
    until = time.perf_counter() + seconds
    while not took[BASELINE] or time.perf_counter() < until:
        for raw, text in pairs:
            for name, reader in READERS.items():
                begun = time.perf_counter()
                good[name] += _reads(reader, raw, text)
                took[name].append(time.perf_counter() - begun)
    rounds = {name: [Round(each, sum(each), good[name] / len(each))] for name, each in took.items()}
    return [figure("reading", name, rounds[name], BASELINE, rounds[BASELINE]) for name in READERS]


def _reads(reader: Reader, raw: bytes, text: str) -> bool:
    try:
        return reader(raw, text)
    except Exception:
        return False
