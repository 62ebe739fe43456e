"""The table of stages as text: a diagram and a table for documents, a description for interfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from discharge.cases.model import IN_HOSPITAL, Stage
from discharge.cases.stages import BEGINS, HOME, STAGES, Move

GROUPS: Mapping[str, frozenset[Stage]] = MappingProxyType(
    {"Before discharge": IN_HOSPITAL, "After discharge": HOME}
)
"""Stages drawn together: a move that each of them has is drawn once, from the group."""


def described() -> str:
    """Every stage with what it means, as Markdown for the description of an interface."""
    return "\n".join(f"- `{stage.value}` ({row.label}): {row.meaning}" for stage, row in STAGES.items())


def entered_by(stage: Stage) -> list[str]:
    """What leads to a stage, in words, each once."""
    moves = [BEGINS, *(move for row in STAGES.values() for move in row.left_by)]
    return list(dict.fromkeys(move.words for move in moves if stage in move.to))


def table() -> str:
    """The table of stages in Markdown."""
    heads = "| stage | what it means | what it waits for | time alone may change it when |"
    rows = [
        [
            f"**{row.label}** (`{stage.value}`)",
            row.meaning,
            row.waits_for,
            "; ".join(row.looks) or "never",
        ]
        for stage, row in STAGES.items()
    ]
    return "\n".join([heads, "|---|---|---|---|", *(f"| {' | '.join(cells)} |" for cells in rows)])


def diagram() -> str:
    """The stages and the moves between them as a Mermaid flowchart."""
    lines = ["```mermaid", "flowchart LR", f"    start(( )) -->|{BEGINS.words}| {_node(BEGINS.to[0])}"]
    for number, (words, stages) in enumerate(GROUPS.items()):
        lines += [f'    subgraph g{number}["{words}"]', *_boxes(stages), "    end"]
    grouped = frozenset[Stage]().union(*GROUPS.values())
    return "\n".join([*lines, *_boxes(frozenset(Stage) - grouped), *_arrows(), "```"])


def _boxes(stages: frozenset[Stage]) -> list[str]:
    return [f'        {_node(stage)}["{row.label}"]' for stage, row in STAGES.items() if stage in stages]


def _arrows() -> Iterator[str]:
    shared: set[Move] = set()
    for number, stages in enumerate(GROUPS.values()):
        common = [
            move
            for move in STAGES[min(stages)].left_by
            if all(move in STAGES[each].left_by for each in stages) and not stages.intersection(move.to)
        ]
        shared.update(common)
        yield from (_arrow(f"g{number}", move, stages) for move in common)
    for stage, row in STAGES.items():
        yield from (
            _arrow(_node(stage), move, frozenset({stage}))
            for move in row.left_by
            if move not in shared and move.to != (stage,)
        )


def _arrow(start: str, move: Move, starts: frozenset[Stage]) -> str:
    """To each stage, or to the group that holds several of them, unless it begins there."""
    ends: dict[str, None] = {}
    for stage in move.to:
        group = next((n for n, stages in enumerate(GROUPS.values()) if stage in stages), None)
        members = set() if group is None else tuple(GROUPS.values())[group]
        several = len(members & set(move.to)) > 1 and not members & starts
        ends[f"g{group}" if several else _node(stage)] = None
    return f"    {start} -->|{move.words}| {' & '.join(ends)}"


def _node(stage: Stage) -> str:
    return stage.value.replace("-", "_")
