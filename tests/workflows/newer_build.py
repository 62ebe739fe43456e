"""A newer build of this very tree: the same source with one more stage, event and command, in another folder.

It is made by a few edits of a copy, each of which must fit, and says a later version. What runs from it is a
process of its own, which finds the copy before the checkout.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")
VERSION = "99.0"
KIND, EVENT, STAGE = "fit-telecare", "telecare-fitted", "telecare"
CASES = "discharge/cases"


@dataclass(frozen=True)
class Edit:
    """One change of one file: what stands there once, and what stands there instead."""

    file: str
    old: str
    new: str

    def made_in(self, folder: Path) -> None:
        path = folder / self.file
        text = path.read_text()
        assert text.count(self.old) == 1, (
            f"{self.file}: {self.old!r} stands there {text.count(self.old)} times"
        )
        path.write_text(text.replace(self.old, self.new))


COMMAND_CLASS = f'''class FitTelecare(CaseCommand):
    """Record that a pendant was fitted."""

    declared: ClassVar = Declaration("Record telecare", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("homelessness",)

    kind: Literal["{KIND}"] = "{KIND}"
    pendant: str


'''
EVENT_CLASS = f'''

class TelecareFitted(Frozen):
    """A pendant was fitted."""

    kind: Literal["{EVENT}"] = "{EVENT}"
    pendant: str
'''
ROW = """        Stage.TELECARE: StageRow(
            label="Telecare fitted",
            meaning="A pendant was fitted.",
            waits_for="The home check is completed.",
            worklist="checking",
            looks=(Look.ALERTS,),
            left_by=_IN_HOSPITAL,
        ),
        Stage.CHECKED: StageRow("""

FOLD = "    ev.TelecareFitted: lambda case, event: changed(case, pendant=event.pendant),\n"
PIECE = '    ev.TelecareFitted: (Piece("homelessness"),),\n'
DECIDES = "lambda case, envelope, now: [ev.TelecareFitted(pendant=envelope.command.pendant)]"
DECIDER = f'    "{KIND}": plain({DECIDES}),\n'
MOVE = '(Move(ev.TelecareFitted, "a pendant is fitted", (Stage.TELECARE,)), '
WAITS = "                case Stage.TELECARE:\n                    await self.stay_in(Stage.TELECARE)\n"

EDITS = (
    Edit(
        f"{CASES}/model/common.py",
        '    CLOSED = "closed"',
        f'    CLOSED = "closed"\n    TELECARE = "{STAGE}"',
    ),
    Edit(
        f"{CASES}/model/case.py", "    home_ready_on: ", "    pendant: str | None = None\n    home_ready_on: "
    ),
    Edit(f"{CASES}/model/case.py", "    TypeAdapter(Case), schema=", "    TypeAdapter(Case), schema=90 + "),
    Edit(
        f"{CASES}/commands/wait.py", "WaitingCommand = (", COMMAND_CLASS + "WaitingCommand = (FitTelecare |"
    ),
    Edit(f"{CASES}/commands/__init__.py", "(Envelope), schema=", "(Envelope), schema=90 + "),
    Edit(f"{CASES}/events/__init__.py", "(Event), schema=", "(Event), schema=90 + "),
    Edit(f"{CASES}/events/__init__.py", "    | CaseReopened\n", "    | CaseReopened | TelecareFitted\n"),
    Edit(f"{CASES}/events/__init__.py", "events.wait import (", "events.wait import (TelecareFitted, "),
    Edit(f"{CASES}/evolve/wait.py", "    ev.NeededBySet: ", FOLD + "    ev.NeededBySet: "),
    Edit(f"{CASES}/parts.py", "    ev.NeededBySet: ", PIECE + "    ev.NeededBySet: "),
    Edit(f"{CASES}/decide/wait.py", '    "set-needed-by": ', DECIDER + '    "set-needed-by": '),
    Edit(f"{CASES}/stages.py", "        Stage.CHECKED: StageRow(", ROW),
    Edit(f"{CASES}/stages.py", "(Move(ev.CheckCompleted,", MOVE + "Move(ev.CheckCompleted,"),
    Edit(
        "workflows/discharge_case.py",
        "                case Stage.READY:",
        WAITS + "                case Stage.READY:",
    ),
)
"""Everything that the newer build has and this one does not."""


def make_newer_build(folder: Path) -> Path:
    """Make it in a folder that is not there yet, and return the folder."""
    for floor in FLOORS:
        shutil.copytree(
            ROOT / floor,
            folder / floor,
            ignore=shutil.ignore_patterns("__pycache__", "static", "charts", "guide"),
        )
    (folder / "discharge/cases/events/wait.py").open("a").write(EVENT_CLASS)
    for edit in EDITS:
        edit.made_in(folder)
    its = folder / f"homeward-{VERSION}.dist-info"
    its.mkdir()
    (its / "METADATA").write_text(f"Metadata-Version: 2.1\nName: homeward\nVersion: {VERSION}\n")
    return folder
