"""Records that may be one person, as their pages show them: what agrees, what differs, what is withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.presenters import words
from api.presenters.tags import Tag
from api.reading.duplicates import Merged, OpenedPair, Pair, Side, TestPatient
from api.reading.names import Directory
from discharge.errors import ERRORS
from discharge.store.tables import IdentityDecision, Person
from fhir_adapters.people.comparing import PAIR_RULES
from fhir_adapters.people.nhs_numbers import TRACING

WITHHELD = "Withheld: the location is hidden"
RULE_WITHHELD = "They resemble each other; how is withheld, because the location of one is hidden"
OTHERS = "A record of another organisation"
NOBODY = "Name not known"
LEAST_REASON, MOST_REASON = 3, 500

STATES: Mapping[str, Tag] = {
    "open": Tag("Waits for somebody", "orange"),
    "same": Tag("The same person", "green"),
    "not-same": Tag("Not the same", "grey"),
    "settled": Tag("Settled by a message", "grey"),
}
FINDINGS: Mapping[str, Tag] = {
    "same": Tag("Agrees", "green"),
    "differs": Tag("Differs", "red"),
    "unknown": Tag("Not known", "grey"),
}
FIELDS: Mapping[str, str] = {
    "nhs-number": "NHS number",
    "hospital-number": "Number at one hospital",
    "family-name": "Family name",
    "given-name": "Given name",
    "birth-date": "Birth date",
    "sex": "Sex",
    "postcode": "Postcode",
    "phone": "Telephone",
}
KINDS: Mapping[str, str] = {
    "same": "The same person",
    "not-same": "Not the same person",
    "undo-merge": "Undo the merge",
}
DECISIONS = ("same", "not-same")
MOVED: Mapping[str, tuple[str, str]] = {
    "identifier": ("hospital number", "hospital numbers"),
    "nhs-number": ("NHS number", "NHS numbers"),
    "spell": ("stay", "stays"),
    "document": ("document", "documents"),
    "case": ("case", "cases"),
}


@dataclass(frozen=True)
class PairRow:
    """One pair of the list."""

    href: str
    left: str
    right: str
    why: tuple[str, ...]
    when: str
    state: Tag


@dataclass(frozen=True)
class MergeRow:
    """One merge of the list."""

    href: str
    survivor: str
    retired: str
    moved: str
    cause: str
    when: str
    undone: str


@dataclass(frozen=True)
class TestRow:
    """One test patient."""

    name: str
    numbers: str


@dataclass(frozen=True)
class Page:
    """The list in one of its views."""

    view: str
    views: tuple[tuple[str, str, bool], ...]
    pairs: tuple[PairRow, ...] = ()
    merges: tuple[MergeRow, ...] = ()
    tests: tuple[TestRow, ...] = ()


VIEWS: Mapping[str, str] = {
    "open": "Waiting for somebody",
    "decided": "Decided",
    "merges": "Merged records",
    "tests": "Test patients",
}


def _page(view: str) -> dict[str, object]:
    hrefs = ((text, f"/duplicates?view={code}", code == view) for code, text in VIEWS.items())
    return {"view": view, "views": tuple(hrefs)}


def present_pairs(found: Iterable[Pair], view: str) -> Page:
    """Pairs in one state."""
    return Page(**_page(view), pairs=tuple(_pair(each) for each in found))  # type: ignore[arg-type]


def present_merges(found: Iterable[Merged]) -> Page:
    """Merges, newest first."""
    return Page(**_page("merges"), merges=tuple(_merge(each) for each in found))  # type: ignore[arg-type]


def present_tests(found: Iterable[TestPatient]) -> Page:
    """Test patients set apart."""
    rows = tuple(
        TestRow(_name(each.person), ", ".join(f"{one.value} ({one.authority})" for one in each.numbers))
        for each in found
    )
    return Page(**_page("tests"), tests=rows)  # type: ignore[arg-type]


def _name(person: Person | None) -> str:
    if person is None:
        return OTHERS
    family, given = person.family_name, person.given_name
    name = ", ".join(part for part in ((family or "").upper(), given or "") if part)
    return name or NOBODY


def _known_as(person: Person | None) -> str:
    if person is None or person.birth_date is None:
        return _name(person)
    return f"{_name(person)}, born {words.day(person.birth_date)}"


def _why(rules: Iterable[str]) -> tuple[str, ...]:
    known = (PAIR_RULES[code].words if code in PAIR_RULES else words.from_code(code) for code in rules)
    return tuple(known) or (RULE_WITHHELD,)


def _pair(found: Pair) -> PairRow:
    row = found.row
    return PairRow(
        href=f"/duplicates/{row.id}",
        left=_known_as(found.left),
        right=_known_as(found.right),
        why=_why(found.rules),
        when=words.moment(row.offered_at if row.state == "open" else row.decided_at),
        state=STATES[row.state],
    )


def _merge(found: Merged) -> MergeRow:
    row = found.row
    return MergeRow(
        href=f"/merges/{row.id}",
        survivor=_known_as(found.survivor),
        retired=_known_as(found.retired),
        moved=_moved(row.moved),
        cause="A message of the hospital" if row.cause == "message" else "Somebody decided",
        when=words.moment(row.effective_at),
        undone=words.moment(row.undone_at, ""),
    )


def _moved(moved: Mapping[str, Sequence[str]]) -> str:
    counted = (
        words.count(len(moved.get(kind, ())), *names) for kind, names in MOVED.items() if moved.get(kind)
    )
    return ", ".join(counted) or "Nothing"


@dataclass(frozen=True)
class Line:
    """One field of both records; `finding` is none where it is not compared."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    finding: Tag | None


@dataclass(frozen=True)
class Decided:
    """What somebody decided, when, and how it stands."""

    what: str
    who: str
    when: str
    reason: str
    stands: str


@dataclass(frozen=True)
class Given:
    """What surrounds a pair or a merge: what the caller may do, and what is wrong with the form."""

    may_decide: bool
    may_open_case: bool
    may_open_messages: bool
    key: str
    fault: str = ""
    typed: str = ""
    chosen: str = ""


@dataclass(frozen=True)
class One:
    """Two records side by side."""

    href: str
    state: Tag
    why: tuple[str, ...]
    names: tuple[str, str]
    lines: tuple[Line, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    both_seen: bool
    can_decide: bool
    message_href: str
    decided: tuple[Decided, ...]
    waits: bool
    key: str
    fault: str
    typed: str
    chosen: str
    errors: tuple[dict[str, str], ...]


Value = Callable[[Side], tuple[str, ...]]


def _dates(side: Side) -> tuple[str, ...]:
    return tuple(
        f"{words.nhs_number(each.nhs_number)}, until {words.moment(each.until_at)}"
        for each in side.nhs_numbers
        if each.until_at is not None
    )


def _status(side: Side) -> tuple[str, ...]:
    row = TRACING.get(side.person.nhs_number_status or "")
    return (row.words,) if row else ()


def _whereabouts(side: Side, shown: tuple[str, ...]) -> tuple[str, ...]:
    return (WITHHELD,) if side.hidden else shown


def _address(side: Side) -> tuple[str, ...]:
    return _whereabouts(side, tuple(side.address.lines.splitlines()) if side.address else ())


def _stay(side: Side) -> tuple[str, ...]:
    stay = side.stay
    if stay is None:
        return ()
    place = f", ward {stay.ward}" if stay.ward else ""
    return (f"{words.from_code(stay.status)}{place}", f"since {words.moment(stay.admitted_at)}")


def _text(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _postcode(side: Side) -> tuple[str, ...]:
    return _whereabouts(side, _text(side.address.postcode if side.address else None))


LINES: tuple[tuple[str, str, Value], ...] = (
    ("NHS number", "nhs-number", lambda side: _text(words.nhs_number(side.person.nhs_number, ""))),
    ("Its tracing status", "", _status),
    ("Former NHS numbers", "", _dates),
    (
        "Hospital numbers",
        "hospital-number",
        lambda side: tuple(f"{each.value} ({each.authority})" for each in side.numbers),
    ),
    ("Family name", "family-name", lambda side: _text(side.person.family_name)),
    ("Given name", "given-name", lambda side: _text(side.person.given_name)),
    ("Birth date", "birth-date", lambda side: _text(words.day(side.person.birth_date, ""))),
    ("Sex", "sex", lambda side: _text(words.from_code(side.person.sex, ""))),
    ("Home address", "", _address),
    ("Postcode", "postcode", _postcode),
    ("Telephone", "phone", lambda side: _whereabouts(side, side.phones)),
    ("Newest stay", "", _stay),
    ("Died", "", lambda side: _text(words.day(side.person.died_on, "Yes") if side.person.deceased else "")),
)
"""What is shown of each record: words, the field it is compared by (empty: it is not), and the value."""


def present_one(found: OpenedPair, known: Directory, given: Given) -> One:
    """Two records in words. Where one is another organisation's, nothing tells what it holds."""
    evidence = found.evidence
    waits = any(row.state == "taken" for row in found.decisions)
    return One(
        href=f"/duplicates/{found.row.id}",
        state=STATES[found.row.state],
        why=_why(found.rules),
        names=(
            _name(found.left.person if found.left else None),
            _name(found.right.person if found.right else None),
        ),
        lines=tuple(_line(label, field, value, found, evidence) for label, field, value in LINES),
        speaks_for=_fields(evidence, "same"),
        speaks_against=_fields(evidence, "differs"),
        both_seen=found.both_seen,
        can_decide=given.may_decide and found.row.state == "open" and not waits,
        message_href=_message(found.row.source_inbox_id, given),
        decided=tuple(_decided(row, known) for row in found.decisions),
        waits=waits,
        key=given.key,
        fault=given.fault,
        typed=given.typed,
        chosen=given.chosen,
        errors=_errors(given),
    )


def _errors(given: Given) -> tuple[dict[str, str], ...]:
    return (
        ({"text": given.fault, "href": "#decision" if not given.chosen else "#reason"},)
        if given.fault
        else ()
    )


def _message(inbox_id: UUID | None, given: Given) -> str:
    return f"/messages/{inbox_id}" if inbox_id and given.may_open_messages else ""


def _fields(evidence: Mapping[str, str], finding: str) -> tuple[str, ...]:
    return tuple(words_ for field, words_ in FIELDS.items() if evidence.get(field) == finding)


def _line(label: str, field: str, value: Value, found: OpenedPair, evidence: Mapping[str, str]) -> Line:
    finding = evidence.get(field) if field else None
    return Line(
        label=label,
        left=value(found.left) if found.left else (),
        right=value(found.right) if found.right else (),
        finding=FINDINGS[finding] if finding else None,
    )


def _decided(row: IdentityDecision, known: Directory) -> Decided:
    return Decided(
        what=KINDS[row.kind],
        who=known.user(row.user_id) or "A system",
        when=words.moment(row.created_at),
        reason=row.reason,
        stands=_stands(row),
    )


def _stands(row: IdentityDecision) -> str:
    error = ERRORS.get(row.code or "")
    if error is not None:
        return f"Refused: {error.title}"
    return {"taken": "Safely stored, being carried out", "done": "Carried out"}.get(row.state, "Refused")


@dataclass(frozen=True)
class OneMerge:
    """A merge with what it moved, and the form that undoes it."""

    href: str
    survivor: str
    retired: str
    facts: tuple[tuple[str, str], ...]
    can_undo: bool
    message_href: str
    decided: tuple[Decided, ...]
    waits: bool
    key: str
    fault: str
    typed: str
    errors: tuple[dict[str, str], ...]


def present_merge(found: Merged, known: Directory, given: Given) -> OneMerge:
    """One merge in words."""
    shown, row = _merge(found), found.row
    waits = any(each.state == "taken" and each.merge_id == row.id for each in found.decisions)
    facts = (
        ("Goes on as", shown.survivor),
        ("Retired record", shown.retired),
        ("Merged by", shown.cause),
        ("From (case time)", shown.when),
        ("Moved", shown.moved),
        ("Undone (machine time)", shown.undone or "No"),
    )
    return OneMerge(
        href=shown.href,
        survivor=shown.survivor,
        retired=shown.retired,
        facts=facts,
        can_undo=given.may_decide and row.undone_at is None and not waits,
        message_href=_message(row.cause_id if row.cause == "message" else None, given),
        decided=tuple(_decided(each, known) for each in found.decisions),
        waits=waits,
        key=given.key,
        fault=given.fault,
        typed=given.typed,
        errors=({"text": given.fault, "href": "#reason"},) if given.fault else (),
    )


def reason_fault(reason: str) -> str:
    """What is wrong with a reason; nothing where it will do."""
    if len(reason) < LEAST_REASON:
        return "Enter how you know"
    if len(reason) > MOST_REASON:
        return f"Use {MOST_REASON} characters or fewer for the reason"
    return ""
