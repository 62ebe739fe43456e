"""The codes of the annex as data: ways to reach somebody, and measures of a safety plan."""

from __future__ import annotations

from pathlib import Path

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code

_FOLDER = Path(__file__).parent

SAFE_CONTACT_METHODS = code_list("safe-contact-methods", Code, folder=_FOLDER)
SAFETY_MEASURES = code_list("safety-measures", Code, folder=_FOLDER)
