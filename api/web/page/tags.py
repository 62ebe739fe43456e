"""Status tags: the words first, the colour second, both from one place.

Grey is not begun or over, blue is under way, yellow waits for us, orange waits for others and is late, red
is unsafe or breached, green is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from discharge.cases.model import Case, Stage, Strand
from discharge.cases.stages import stage_label
from discharge.risk.levels import ALERT_LEVELS
from discharge.stored import by_newer_version
from housing_checks.strands.definitions import step_words


@dataclass(frozen=True)
class Tag:
    """Words and colour of a status."""

    text: str
    colour: str

    @property
    def params(self) -> dict[str, str]:
        """As the design system's component takes it."""
        return {"text": self.text, "classes": f"nhsuk-tag--{self.colour}" if self.colour else ""}


STAGE_COLOURS: dict[Stage, str] = {
    Stage.REFERRED: "yellow",
    Stage.ACCEPTED: "blue",
    Stage.CHECKED: "blue",
    Stage.MAKING_READY: "blue",
    Stage.READY: "green",
    Stage.DISCHARGED: "aqua-green",
    Stage.FOLLOWED_UP: "green",
    Stage.CLOSED: "grey",
}

NEWER_COLOUR = "purple"
"""Of a stage that only a newer build has."""

NOT_READY = Tag("At home, not ready", "red")


def stage_tag(case: Case) -> Tag:
    """Where a case stands; a home that is not ready with the person in it before all else."""
    if case.unready_home is not None and not case.closed:
        return NOT_READY
    return Tag(stage_label(case.stage), STAGE_COLOURS.get(case.stage, NEWER_COLOUR))


_LEVEL_COLOURS = {"STOP": "red", "RED+": "red", "RED": "red", "AMBER": "orange"}


def level_tag(level: str) -> Tag:
    """The tag of an alert's level, in the words of its row."""
    return Tag(ALERT_LEVELS.label(level), _LEVEL_COLOURS.get(level, "grey"))


MESSAGE_STATES: dict[str, Tag] = {
    "stored": Tag("Waiting", "yellow"),
    "interpreted": Tag("Used", "green"),
    "not-used": Tag("Not used", "grey"),
    "parked": Tag("Parked", "red"),
    "unassigned": Tag("Unassigned", "orange"),
    "rejected": Tag("Rejected", "red"),
    "proposed": Tag("Edit to approve", "yellow"),
    "superseded": Tag("Replaced by an edit", "grey"),
    "declined": Tag("Edit declined", "grey"),
}

OUTGOING_STATES: dict[str, Tag] = {
    "held": Tag("Held: no basis", "yellow"),
    "pending": Tag("Waiting", "blue"),
    "delivered": Tag("Received", "green"),
    "dead": Tag("Refused", "red"),
    "skipped": Tag("Skipped", "grey"),
}

COMMAND_STATES: dict[str, Tag] = {
    "taken": Tag("Taken", "blue"),
    "accepted": Tag("Done", "green"),
    "refused": Tag("Refused", "red"),
    "failed": Tag("Failed", "red"),
}


def tag_of(tags: Mapping[str, Tag], code: str) -> Tag:
    """The tag of a code; one without a tag is shown as it is."""
    return tags.get(code) or Tag(code.replace("-", " ").capitalize(), "grey")


OFFER_ENDED = {"refused": "Offer refused", "lapsed": "Offer ended", "lost": "Home lost"}
"""What the last offer of a search came to, while the search goes on."""


def _last_answer(strand: Strand) -> str:
    return (strand.offers[-1].answer or "") if strand.offers else ""


STRAND_ENDED: Mapping[str, Tag] = {"completed": Tag("Done", "green"), "cancelled": Tag("Cancelled", "grey")}


def strand_tag(strand: Strand) -> Tag:
    """Where a strand stands."""
    if strand.status != "open":
        return STRAND_ENDED.get(strand.status) or Tag(by_newer_version(strand.status), NEWER_COLOUR)
    if strand.former_home:
        kept = strand.kept_on is not None
        return Tag("Kept for another home" if kept else "For another home", "grey" if kept else "orange")
    words = OFFER_ENDED.get(_last_answer(strand)) or step_words(strand.kind, strand.step)
    return Tag(f"{words}, late", "orange") if strand.overdue_since else Tag(words, "blue")
