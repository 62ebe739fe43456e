"""Messages that other people wrote, where HOMEWARD_CORPORA names a folder with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("HOMEWARD_CORPORA", "/nowhere")) / "hl7v2"
ABSENT = "HOMEWARD_CORPORA names no folder with hl7v2 in it"


def corpus_file(path: str) -> bytes:
    """One file of the corpus; the test is skipped, saying so, where there is none."""
    if not FOLDER.is_dir():
        pytest.skip(ABSENT)
    file = FOLDER / path
    if not file.is_file():
        pytest.skip(f"the corpus has no {path}")
    return file.read_bytes()
