"""What came over from a case that was merged into another, and what stayed behind, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from discharge.calendar import spoken_day
from discharge.cases.model import MergedCase
from housing_checks.checks.handing_over import EXPIRED, FILES, MITIGATIONS, OTHER_ADDRESS, RECORDS
from housing_checks.checks.merged_in import HAZARDS, HERE_TOO, NOT_ON_FORM, OTHER_BUILDING, OVERTAKEN
from housing_checks.item_words import gate_items

STAYED: Mapping[str, str] = {
    OTHER_ADDRESS: "The two records gave homes with different postcodes: ask which home was checked",
    OTHER_BUILDING: "Answers about another building are not used here: {what}",
    NOT_ON_FORM: "The form of this check does not ask: {what}",
    OVERTAKEN: "Work was done here since, so the older answers are only in the history: {what}",
    EXPIRED: "Answers whose validity had ended are not used: {what}",
    HAZARDS: "{count} of another building: look whether the person goes there",
    HERE_TOO: "{count} recorded here as well",
    MITIGATIONS: "Mitigations do not count here, name them again where they are needed: {what}",
    FILES: "Photos and documents are on the other case only: {what}",
    RECORDS: "Recorded on the other case only, record here what is missing: {what}",
}
"""Why something stayed behind -> what is said of it."""

RECORD_WORDS: Mapping[str, str] = {
    "capacity": "capacity",
    "representatives": "attorney or deputy",
    "liberty": "deprivation of liberty",
    "wish": "where the person wishes to live",
    "choice": "letters and talks on choice",
    "self-funding": "who pays",
}
SAFETY = "Ask about safety again: a confirmation does not count after two cases were merged."


def came_over(merged: MergedCase) -> str:
    """What came over, in a few words."""
    said = [
        _count(len(merged.items), "answer") if merged.items else "no answers",
        *([_count(len(merged.hazards), "hazard")] if merged.hazards else ()),
        *([_count(len(merged.needs), "need") + " of the referral"] if merged.needs else ()),
    ]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def stayed_behind(merged: MergedCase) -> tuple[str, ...]:
    """What did not come over, and what to do about it: one sentence each."""
    return tuple(_stayed(merged))


def _stayed(merged: MergedCase) -> Iterator[str]:
    for why, words in STAYED.items():
        left = merged.left.get(why, ())
        if left:
            yield words.format(what=_named(left), count=_count(len(left), "hazard"))


def merged_words(merged: MergedCase) -> str:
    """The whole in one sentence."""
    if merged.parted_on is not None:
        parted = spoken_day(merged.parted_on)
        return f"The merge of another case was undone on {parted}: its answers left with it"
    on = spoken_day(merged.merged_on)
    return f"Another case of this person was merged into this one on {on}: {came_over(merged)} came over"


def _named(codes: Sequence[str]) -> str:
    labels = {**gate_items(), **RECORD_WORDS}
    return ", ".join(labels.get(code, "a hazard" if code.startswith("hazard/") else code) for code in codes)


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"
