"""What every command has in common: who may ask it, in which stages, and which parts of a case it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from discharge.cases.model import Stage
from discharge.roles import Relation, Role
from discharge.values import Frozen


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is said of a command once: what it does, in words; the stages in which it may be asked; the roles
    that ask it, and their organisations' relations to the case. No role: Homeward tells itself. ``own_words``
    says that its note tells what the person said or who decides for them: it is for the team of the case.
    """

    words: str
    stages: frozenset[Stage]
    roles: tuple[Role, ...] = ()
    relations: tuple[Relation, ...] = ()
    own_words: bool = False


class CaseCommand(Frozen):
    """One thing that may be asked of a case.

    ``declared`` says who may ask it, and when: permissions, buttons, codes and the interface follow from it.
    ``touches`` names the rooms (``discharge.cases.parts``) that the command changes on purpose: it is refused
    where what it would change there has changed since its asker saw it. ``depends_on`` names what it rests on
    without changing it: whole rooms, or one part, where ``{field}`` stands for a field of the command.
    """

    declared: ClassVar[Declaration]
    touches: ClassVar[tuple[str, ...]]
    depends_on: ClassVar[tuple[str, ...]] = ()
