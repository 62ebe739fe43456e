"""What values that are handed about are made of: cases, events, commands, facts, messages of workflows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

YesNoUnknown = Literal["yes", "no", "unknown"]
"""``unknown`` is a value of its own: it blocks a gated item just as ``no`` does."""


AnswerCode = Annotated[str, Field(pattern=r"^-?[a-z0-9][a-z0-9.\-]{0,39}$")]
"""What an item of a form is answered with: a word of its list, a number or a day as text; never free text."""


class Frozen(BaseModel):
    """A value that cannot change and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
