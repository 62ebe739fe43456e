"""Writes the parts of documents that tables give. Run by `make docs`: `python -m deploy.documents`.

A generated part stands between two comments that name it; `make check` compares it with its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from discharge.cases import stage_text

ROOT = Path(__file__).resolve().parent.parent

PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"README.md": {"stage diagram": stage_text.diagram, "stage table": stage_text.table}}
)
"""Document -> its generated parts by name."""


def written(document: str, text: str) -> str:
    """Return the text of a document with its generated parts as they should be. Raises ValueError where the
    document has no place for one.
    """
    for name, part in PARTS[document].items():
        begin, end = f"<!-- begin {name}: generated -->\n", f"\n<!-- end {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{document} has no place for: {name}")
        text = f"{before}{begin}\n{part()}\n{end}{after}"
    return text


def write() -> None:
    """Write every generated part anew."""
    for document in PARTS:
        path = ROOT / document
        path.write_text(written(document, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
