"""What every command has in common: it says which parts of a case it is about."""

from __future__ import annotations

from typing import ClassVar

from discharge.values import Frozen


class CaseCommand(Frozen):
    """One thing that may be asked of a case.

    ``touches`` names the rooms (``discharge.cases.parts``) that the command changes on purpose: it is refused
    where what it would change there has changed since its asker saw it. ``depends_on`` names what it rests on
    without changing it: whole rooms, or one part, where ``{field}`` stands for a field of the command.
    """

    touches: ClassVar[tuple[str, ...]]
    depends_on: ClassVar[tuple[str, ...]] = ()
