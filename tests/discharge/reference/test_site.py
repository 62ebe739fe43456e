"""Reference data: what is in force on a day, what a site changes, and what is wrong with a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.reference.files import DataInvalid
from discharge.reference.kind import KINDS, Kind
from discharge.reference.policy import Book, policy_on, put_in_force
from discharge.reference.site import SiteFolder, parse_override


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Code):
    """A row to try things on."""

    pounds: int
    lead: Mapping[str, Duration]


def edition(folder: Path, number: int, begins: str, **changes: object) -> None:
    said = {
        "name": "things",
        "edition": str(number),
        "title": "Things",
        "effective_from": date.fromisoformat(begins),
        "source": "A test",
        "each": {"lead": {"low": "1 day", "high": "3 days"}},
        "rows": {"ramp": {"label": "Ramp", "pounds": 100 * number}, "rail": {"label": "Rail", "pounds": 5}},
    }
    text = yaml.safe_dump(said | changes, sort_keys=False)
    (folder / ("things.yaml" if number == 1 else f"things@{number}.yaml")).write_text(text)


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "shipped"
    folder.mkdir()
    edition(folder, 1, "2024-01-01")
    yield folder
    KINDS.pop("things", None)
    put_in_force(())


def things(shipped: Path) -> Kind[Thing]:
    return Kind("things", Thing, shipped / "things.yaml")


def change(**said: object) -> bytes:
    usual: dict[str, Any] = {
        "changes": "things",
        "edition": "ours-1",
        "effective_from": date(2026, 6, 1),
        "decided_by": "J. Doe, lead",
        "decided_on": date(2026, 5, 20),
        "reason": "New contract",
        "rows": {"ramp": {"lead": {"high": "5 working days"}}},
    }
    kept = {key: value for key, value in (usual | said).items() if value is not None}
    return yaml.safe_dump(kept, sort_keys=False).encode()


def test_given_two_editions_then_the_day_says_which_counts_and_the_oldest_answers_before(
    shipped: Path,
) -> None:
    edition(shipped, 2, "2026-04-01")
    kind = things(shipped)
    days = (date(2020, 1, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [policy_on(day)[kind]["ramp"].pounds for day in days] == [100, 100, 200]
    assert policy_on(date(2026, 4, 1))[kind]["ramp"].source == "A test"
    listed = ListByEdition(kind)
    assert [row.pounds for row in listed if row.code == "ramp"] == [100, 200]
    assert listed.as_on("ramp", date(2026, 3, 1)).pounds == 100
    found = listed.find("rail", date(2026, 3, 1))
    assert found is not None
    assert (listed.label("rail"), listed.known("rod"), found.pounds) == ("Rail", False, 5)


def test_given_an_edition_over_an_earlier_one_then_it_says_only_what_is_new(shipped: Path) -> None:
    new = {"rod": {"label": "Rod", "pounds": 9}, "rail": {"pounds": 6}}
    edition(shipped, 2, "2026-04-01", over="1", rows=new)
    table = policy_on(date(2026, 4, 1))[things(shipped)]
    assert [(code, row.pounds) for code, row in table.items()] == [("ramp", 100), ("rail", 6), ("rod", 9)]
    assert table["rail"].label == "Rail"
    edition(shipped, 2, "2026-04-01", over="9", rows=new)
    with pytest.raises(DataInvalid, match="over: '9' is no earlier edition of things"):
        things(shipped)


def test_given_an_edition_in_shadow_then_it_decides_nothing_and_can_be_compared(shipped: Path) -> None:
    edition(shipped, 2, "2026-04-01", shadow=True)
    kind = things(shipped)
    day = date(2026, 5, 1)
    assert policy_on(day)[kind]["ramp"].pounds == 100
    assert policy_on(day, shadow=True)[kind]["ramp"].pounds == 200


def test_given_a_site_changes_a_row_then_only_the_keys_given_change_and_only_meanwhile(shipped: Path) -> None:
    kind = things(shipped)
    override = parse_override("ours.yaml", change(until=date(2026, 7, 1)))
    book = Book((override,))
    before, within, after = (book.table(kind, date(2026, month, 1)) for month in (5, 6, 7))
    assert within["ramp"].lead["high"] == Duration(amount=5, unit="working-days")
    assert within["ramp"].lead["low"] == before["ramp"].lead["low"] == Duration(amount=1)
    assert within["rail"] == before["rail"]
    assert before is after
    assert within.marks[1].endswith("J. Doe, lead, 20 May 2026: New contract")


def test_given_a_site_adds_a_row_in_a_later_edition_then_both_hold(shipped: Path) -> None:
    edition(shipped, 2, "2026-08-01")
    kind = things(shipped)
    new = {"hoist": {"label": "Hoist", "pounds": 9, "lead": {"low": "1 day", "high": "2 days"}}}
    book = Book((parse_override("ours.yaml", change(rows=new)),))
    assert [len(book.table(kind, day)) for day in (date(2026, 5, 1), date(2026, 6, 1), date(2026, 9, 1))] == [
        2,
        3,
        3,
    ]
    assert book.table(kind, date(2026, 9, 1))["ramp"].pounds == 200


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"changes": "thing"}, "changes: 'thing' is not a kind of data - did you mean things?"),
        ({"changes": None}, "changes: Field required - add this key"),
        ({"reason": None}, "reason: Field required - add this key"),
        ({"reson": "x"}, "reson: .* - did you mean reason?"),
        ({"until": date(2026, 1, 1)}, "until: is not after effective_from"),
        ({"rows": {"ramp": {"punds": 3}}}, "rows.ramp.punds: .* - did you mean pounds?"),
        ({"rows": {"rmp": {"pounds": 3}}}, "rows.rmp: is not a row of things - did you mean ramp?"),
        ({"rows": {"ramp": {"pounds": "many"}}}, "rows.ramp.pounds: .* - correct this value"),
        ({"rows": {"ramp": {"lead": {"high": "soon"}}}}, "rows.ramp.lead.high: .*write it as 24 hours"),
        ({"rows": {}}, "rows: .* - give at least one entry"),
    ],
)
def test_given_a_fault_then_file_key_and_mend_are_named(
    shipped: Path, said: dict[str, object], told: str
) -> None:
    things(shipped)
    with pytest.raises(DataInvalid, match=f"^ours.yaml: {told.replace('?', re.escape('?'))}"):
        parse_override("ours.yaml", change(**said))


def test_given_a_change_that_a_later_edition_cannot_take_then_it_is_told_at_once(shipped: Path) -> None:
    rows = {"ramp": {"label": "Ramp", "pounds": 1}}
    edition(shipped, 2, "2026-08-01", rows=rows)
    things(shipped)
    with pytest.raises(DataInvalid, match=r"rows\.rail\.label: Field required"):
        parse_override("ours.yaml", change(rows={"rail": {"pounds": 3}}))
    parse_override("ours.yaml", change(rows={"rail": {"pounds": 3}}, until=date(2026, 8, 1)))


def test_given_a_file_that_breaks_while_followed_then_the_last_good_one_stays_in_force(
    shipped: Path, tmp_path: Path
) -> None:
    kind, day = things(shipped), date(2026, 6, 2)
    site = tmp_path / "site"
    site.mkdir()
    folder = SiteFolder(site, put_in_force)

    def written(raw: bytes) -> int:
        (site / "ours.yaml").write_bytes(raw)
        folder.look()
        folder.look()
        return policy_on(day)[kind]["ramp"].pounds

    assert policy_on(day)[kind]["ramp"].pounds == 100
    assert written(change(rows={"ramp": {"pounds": 7}})) == 7
    assert written(change(rows={"ramp": {"pounds": "seven"}})) == 7
    assert [(fault.file, fault.consequence) for fault in folder.faults] == [
        ("ours.yaml", "Version ours-1 of 1 June 2026 is still in force")
    ]
    assert written(change(rows={"ramp": {"pounds": 8}})) == 8
    (site / "ours.yaml").unlink()
    folder.look()
    folder.look()
    assert policy_on(day)[kind]["ramp"].pounds == 100


def test_given_what_is_shipped_is_wrong_then_nothing_starts_with_it(shipped: Path) -> None:
    edition(shipped, 2, "2026-08-01", rows={"ramp": {"lable": "Ramp", "pounds": 1}})
    with pytest.raises(DataInvalid, match=r"things@2\.yaml: rows\.ramp\.lable: .*did you mean label\?"):
        things(shipped)


@given(pounds=st.integers(0, 10**6), day=st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_given_any_change_then_it_counts_on_its_days_and_no_other(pounds: int, day: date) -> None:
    from housing_checks.strands.adaptation.catalogue import KIND

    rows = {"grab-rail": {"cost_pounds": [pounds, pounds]}}
    raw = change(changes="adaptations", rows=rows, until=date(2027, 1, 1))
    cost = Book((parse_override("ours.yaml", raw),)).table(KIND, day)["grab-rail"].cost_pounds
    within = date(2026, 6, 1) <= day < date(2027, 1, 1)
    assert cost == ((pounds, pounds) if within else (50, 300))
