"""Brings the NHS design system's stylesheet, script and images to where the pages are served.

The published stylesheet fetches fonts from another host; those rules are taken out, and nothing that is
fetched from outside may remain. Run by `make setup`: `python -m deploy.assets`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"
TARGET = ROOT / "api" / "static" / "nhsuk"

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*")
_FETCHED_FROM_OUTSIDE = re.compile(r"""(?:url\(|@import\s+|src=)["']?(?:https?:)?//""")


class ForeignUrl(Exception):
    """A stylesheet would still fetch something from another host."""


def without_foreign_fonts(css: str) -> str:
    """The stylesheet without font rules and source map, its images beside it. Raises ForeignUrl."""
    clean = _SOURCE_MAP.sub("", _FONT_FACE.sub("", css)).replace("url(/assets/", "url(assets/")
    foreign = _FETCHED_FROM_OUTSIDE.search(clean)
    if foreign:
        raise ForeignUrl(clean[foreign.start() : foreign.start() + 120])
    return clean


def bring(source: Path = SOURCE, target: Path = TARGET) -> None:
    """Write `nhsuk-frontend.min.css`, `nhsuk-frontend.min.js` and `assets/` afresh below `target`."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    css = (source / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    (target / "nhsuk-frontend.min.css").write_text(without_foreign_fonts(css), encoding="utf-8")
    script = (source / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    (target / "nhsuk-frontend.min.js").write_text(_SOURCE_MAP.sub("", script), encoding="utf-8")
    shutil.copytree(source / "assets", target / "assets")


if __name__ == "__main__":
    bring()
