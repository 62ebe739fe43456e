"""How things are timed: several rounds, what is compared taking turns within each, and the median of all.

The machine is shared and its speed wanders. Taking turns lets a slow minute fall on both sides of a ratio,
and the median keeps one bad round from deciding. Times are seconds unless a name says otherwise.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Round:
    """What one round found: how long each piece took, and all of them together. `good` is the share that
    ended well and `statements` the SQL statements a piece, where somebody counted.
    """

    took: Sequence[float]
    whole: float
    good: float | None = None
    statements: float | None = None

    @property
    def rate(self) -> float:
        """Pieces a second."""
        return len(self.took) / self.whole

    def percentile_ms(self, share: float) -> float:
        """The time within which this share of the pieces was done, in milliseconds."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


@dataclass(frozen=True)
class Subject:
    """Something to measure: for about so many seconds, once or many times."""

    name: str
    measure: Callable[[float], Awaitable[Round]]


@dataclass(frozen=True)
class Plan:
    """How long each subject is measured over all its rounds."""

    seconds: float = 10.0
    rounds: int = 5

    @property
    def round_seconds(self) -> float:
        """How long one round of one subject lasts."""
        return self.seconds / self.rounds


@dataclass(frozen=True)
class Figure:
    """One line of the table: a subject beside its baseline. Rates are per second, and every value is the
    median of its rounds; `ratio` is the median of the rounds' own ratios, rate to rate. `good` is the share
    that ended well, `statements` how many SQL statements one took, where that was counted. `p50_times` and
    `p99_times` say how many times as long as its baseline it took.
    """

    bench: str
    name: str
    rate: float
    p50_ms: float
    p99_ms: float
    baseline: str
    ratio: float
    rounds: int
    good: float | None = None
    statements: float | None = None
    p95_ms: float | None = None
    p50_times: float | None = None
    p99_times: float | None = None


async def compare(bench: str, plan: Plan, baseline: Subject, *subjects: Subject) -> list[Figure]:
    """Measure subjects and baseline in turns; one figure each, the baseline's first."""
    everyone = (baseline, *subjects)
    found: list[list[Round]] = [[] for _ in everyone]
    for _ in range(plan.rounds):
        for rounds, subject in zip(found, everyone, strict=True):
            rounds.append(await subject.measure(plan.round_seconds))
    return [
        figure(bench, subject.name, rounds, baseline.name, found[0])
        for subject, rounds in zip(everyone, found, strict=True)
    ]


def figure(bench: str, name: str, rounds: list[Round], baseline: str, base: list[Round]) -> Figure:
    """The line of one subject."""
    return Figure(
        bench=bench,
        name=name,
        rate=round(median(each.rate for each in rounds), 1),
        p50_ms=_typical(rounds, 0.5),
        p99_ms=_typical(rounds, 0.99),
        baseline=baseline,
        ratio=round(median(ours.rate / theirs.rate for ours, theirs in zip(rounds, base, strict=True)), 3),
        rounds=len(rounds),
        good=rounds[0].good,
        statements=rounds[0].statements,
        p95_ms=_typical(rounds, 0.95),
        p50_times=_times(rounds, base, 0.5),
        p99_times=_times(rounds, base, 0.99),
    )


def _times(rounds: list[Round], base: list[Round], share: float) -> float:
    each = (
        ours.percentile_ms(share) / theirs.percentile_ms(share)
        for ours, theirs in zip(rounds, base, strict=True)
    )
    return round(median(each), 3)


def _typical(rounds: list[Round], share: float) -> float:
    return round(median(each.percentile_ms(share) for each in rounds), 4)


async def side_by_side(seconds: float, *lines: Work) -> Round:
    """Do each line's work over and over, all lines at once, until the time is up; everything begun is
    finished.
    """
    took: list[float] = []
    begun = time.perf_counter()
    until = begun + seconds

    async def work(piece: Work) -> None:
        while True:
            started = time.perf_counter()
            await piece()
            ended = time.perf_counter()
            took.append(ended - started)
            if ended >= until:
                return

    await asyncio.gather(*(work(line) for line in lines))
    return Round(took, time.perf_counter() - begun)
