"""What values that are handed about are made of: cases, events, commands, facts, messages of workflows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

YesNoUnknown = Literal["yes", "no", "unknown"]
"""``unknown`` is a value of its own: it blocks a gated item just as ``no`` does."""


class Frozen(BaseModel):
    """A value that cannot change and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
