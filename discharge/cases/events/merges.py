"""Two cases that were one."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import MergedCase
from discharge.values import Frozen


class CaseMergedIn(Frozen):
    """Another case ended as merged into this one; the events beside it are what came over."""

    kind: Literal["case-merged-in"] = "case-merged-in"
    merged: MergedCase


class CaseParted(Frozen):
    """The merge of another case was undone: ``items`` had statements from there, which are taken back."""

    kind: Literal["case-parted"] = "case-parted"
    merged_case_id: UUID
    parted_on: date
    items: tuple[str, ...] = ()
