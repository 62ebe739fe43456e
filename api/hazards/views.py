"""The page of hazards as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.cases.page_values import Action, Fact
from api.evidence.queries import FilesOfCase
from api.evidence.service import ADD
from api.evidence.views import FileLine, file_lines, files_path
from api.hazards.event_words import told_words
from api.hazards.json_views import nation_now, not_yet, rating_of, uncertain_words
from api.hazards.on_case import severity_tag
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from api.web.principals import Principal
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Case, Hazard
from discharge.cases.relations import may_touch_hazard
from discharge.codes import casework
from discharge.codes.hazards import HAZARD_CLOSINGS, HAZARD_STEPS
from discharge.durations import NATIONS
from housing_checks.evidence.rules import may_add
from housing_checks.hazards.duties import HazardClock, clocks_of, path_of
from housing_checks.hazards.facts import due_words
from housing_checks.hazards.gate import blocks
from housing_checks.hazards.schemes import scheme_title
from housing_checks.hazards.words import hazard_words


@dataclass(frozen=True)
class DueLine:
    """One thing that is due: whose move, by when, and how it stands."""

    what: str
    who: str
    due: str
    since: str
    tag: Tag
    source: str


@dataclass(frozen=True)
class HazardCard:
    """One hazard with what follows from it."""

    key: str
    title: str
    tags: tuple[Tag, ...]
    lead: str
    uncertain: str
    nation_doubt: str
    facts: tuple[Fact, ...]
    due: tuple[DueLine, ...]
    files: tuple[FileLine, ...]
    add_files: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class HazardsPage:
    """The whole page."""

    case_id: str
    name: str
    not_yet: str
    record_href: str
    open: tuple[HazardCard, ...]
    closed: tuple[HazardCard, ...]


def present(files: FilesOfCase, caller: Principal, now: datetime, known: Directory) -> HazardsPage:
    """All hazards that the reader sees with what shows them, those that are open first; ``now`` is case
    time.
    """
    found = files.found
    case = found.case
    cards = {each.key: _card(files, each, caller, now, known) for each in case.hazards.values()}
    base = f"/cases/{case.case_id}/do/record-hazard"
    return HazardsPage(
        case_id=str(case.case_id),
        name=words.full_name(found.person.family_name, found.person.given_name),
        not_yet=not_yet(found) or "",
        record_href=base if _may(case, caller, "record-hazard") else "",
        open=tuple(cards[each.key] for each in case.open_hazards),
        closed=tuple(cards[each.key] for each in case.hazards.values() if not each.open),
    )


def _may(case: Case, caller: Principal, kind: str) -> bool:
    return may_ask(case, kind) and caller.may_on(case, kind)


def _card(
    files: FilesOfCase, hazard: Hazard, caller: Principal, now: datetime, known: Directory
) -> HazardCard:
    case = files.found.case
    adds = hazard.open and _may(case, caller, ADD) and may_add(case, caller.organisation_id, hazard.key)
    tags = [severity_tag(hazard)]
    if blocks(hazard):
        tags.append(Tag("Keeps the home from being ready", "red"))
    return HazardCard(
        key=f"hazard-{hazard.number}",
        title=hazard_words(hazard),
        tags=tuple(tags),
        lead=path_of(hazard).lead if hazard.open else "",
        uncertain=uncertain_words(hazard),
        nation_doubt=_nation_doubt(hazard, nation_now(files.found, hazard, now)),
        facts=tuple(_facts(hazard, known)),
        due=tuple(_due(each, now) for each in clocks_of(hazard)),
        files=file_lines(files, caller, known, hazard.key),
        add_files=files_path(case.case_id, hazard.key) if adds else "",
        actions=_actions(case, hazard, caller) if hazard.open else (),
    )


def _facts(hazard: Hazard, known: Directory) -> list[Fact]:
    evidence = casework.EVIDENCE_KINDS.label(hazard.known_by)
    found = [
        Fact("Found", f"{words.day(hazard.found_on)}, {evidence[:1].lower()}{evidence[1:]}"),
        Fact("Recorded", words.moment(hazard.recorded_at)),
        Fact("Scheme", scheme_title(hazard.scheme)),
        Fact("Home", f"{casework.TENURES.label(hazard.tenure)}, {_nation(hazard)}"),
        Fact("Landlord told", told_words(hazard.told) if hazard.told else "Not recorded"),
    ]
    if hazard.landlord_id:
        found.append(Fact("Landlord", known.organisation(hazard.landlord_id)))
    if hazard.council_id:
        found.append(Fact("Council", known.organisation(hazard.council_id)))
    rating = rating_of(hazard)
    if rating is not None:
        found.append(Fact("Rated", f"{rating.label}, category {rating.category}"))
    found += [
        Fact(HAZARD_STEPS.label(step), _reached(reached.on, reached.evidence))
        for step, reached in sorted(hazard.steps.items(), key=lambda pair: pair[1].on)
    ]
    if hazard.closed_because is not None:
        found.append(
            Fact("Closed", f"{words.day(hazard.closed_on)}: {HAZARD_CLOSINGS.label(hazard.closed_because)}")
        )
    return found


def _nation(hazard: Hazard) -> str:
    """The nation of the home, and how it is known."""
    if not hazard.nation_known:
        return "nation not known"
    name = _name_of(hazard.nation)
    return f"{name} (by the postcode)" if hazard.nation_known_by == "address" else name


def _name_of(nation: str) -> str:
    return next((name for name, code in NATIONS.items() if code == nation), nation)


def _nation_doubt(hazard: Hazard, told: str | None) -> str:
    """What the address says now, where the times of another nation are counted."""
    if told is None:
        return ""
    counted = _name_of(hazard.nation)
    return (
        f"The address is in {_name_of(told)} now, and the times here are those of {counted}. Correct the"
        " nation of this hazard, or the address if that is wrong."
    )


def _reached(on: object, evidence: str | None) -> str:
    known = f" ({casework.EVIDENCE_KINDS.label(evidence)})" if evidence else ""
    return f"{words.day(on)}{known}"  # type: ignore[arg-type]


def _due(clock: HazardClock, now: datetime) -> DueLine:
    length = clock.clock.length.words
    return DueLine(
        what=clock.duty.label,
        who=casework.OWNER_ROLES.label(clock.duty.owner_role),
        due=due_words(clock) or "Not counting yet",
        since=f"{length} from {words.moment(clock.began_at)}" if clock.began_at else length,
        tag=_state(clock, now),
        source=clock.duty.source,
    )


def _state(clock: HazardClock, now: datetime) -> Tag:
    if clock.done_on is not None:
        late = clock.late(now)
        return Tag("Done late" if late else "Done", "orange" if late else "green")
    if clock.due_at is None:
        return Tag("To come", "grey")
    if clock.late(now):
        return Tag("Late", "red")
    warned = clock.warns_at is not None and clock.warns_at <= now
    return Tag("Due soon", "orange") if warned else Tag("Running", "blue")


_ACTIONS = (
    ("record-landlord-told", "Landlord told"),
    ("move-hazard", "Record a step"),
    ("refer-hazard", "Refer to environmental health"),
    ("correct-hazard", "Correct"),
    ("close-hazard", "Close"),
)


def _actions(case: Case, hazard: Hazard, caller: Principal) -> tuple[Action, ...]:
    base = f"/cases/{case.case_id}/do"
    if not may_touch_hazard(case, caller.organisation_id, hazard.key):
        return ()
    return tuple(
        Action(text, f"{base}/{kind}?hazard={hazard.key}")
        for kind, text in _ACTIONS
        if _may(case, caller, kind) and _of_use(hazard, kind)
    )


def _of_use(hazard: Hazard, kind: str) -> bool:
    return kind != "record-landlord-told" or path_of(hazard).landlord
