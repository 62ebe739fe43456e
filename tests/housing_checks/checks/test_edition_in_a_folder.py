"""An edition that is a folder with a file for each domain; and what it takes to add a domain: data alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from discharge.cases.circumstances import circumstances
from discharge.cases.commands import CompleteCheck
from discharge.codes.casework import EVIDENCE_KINDS
from discharge.reference.files import DataInvalid
from discharge.reference.kind import KINDS, Kind
from discharge.reference.policy import put_in_force
from discharge.reference.site import SiteFolder
from housing_checks.checks import form as forms
from housing_checks.checks.faults import faults_beside, faults_of
from housing_checks.checks.form import HOME_CHECK, form_in_force
from housing_checks.checks.model import CheckItem
from housing_checks.gate.blockers import blocking
from tests.housing_checks.form_two import FORM_2, all_well, form_two_in_force
from tests.housing_checks.homes import FIRST, Story

SHIPPED = Path(forms.__file__).parent
DECIDED = {
    "effective_from": FIRST,
    "decided_by": "J. Doe, home checks lead",
    "decided_on": FIRST,
    "reason": "Asked for by the allotments",
}
DRONE = DECIDED | {
    "changes": "evidence-kinds",
    "edition": "drone",
    "rows": {"drone": {"label": "Seen from a drone", "from_on": FIRST}},
}
EACH = {
    "domain": "Garden",
    "severity": "red",
    "evidence": "Who looked",
    "help": "",
    "evidence_kinds": ["seen", "drone"],
    "owner": "coordinator",
    "next_action": "Look at it",
    "due": "2 days",
}
GARDEN = {
    "garden": {
        "label": "Garden",
        "question": "Is there a garden?",
        "type": "choice",
        "gated": False,
        "options": [{"code": "none", "words": "No"}, {"code": "garden", "words": "Yes"}],
    },
    **{
        code: {
            "label": code.capitalize(),
            "question": f"Is the {code} safe?",
            "asked_when": {"all": [{"item": "garden", "answer": "garden"}, {"fact": "lives-alone"}]},
        }
        for code in ("path", "pond", "fence", "shed", "gate-outside")
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The shipped editions, to be changed."""
    for path in (SHIPPED / "home_check.yaml", SHIPPED / "home_check@2"):
        target = tmp_path / path.name
        shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    yield tmp_path
    KINDS["home-check"] = HOME_CHECK


def read(folder: Path) -> Kind[CheckItem]:
    return Kind(
        "home-check",
        CheckItem,
        folder / "home_check.yaml",
        check=faults_of,
        beside=faults_beside,
        edition_bound=True,
    )


def write(folder: Path, name: str, **said: object) -> None:
    (folder / "home_check@2" / name).write_text(yaml.safe_dump(said, sort_keys=False))


def test_given_the_shipped_folder_then_each_domain_is_a_file_and_they_are_asked_in_its_order(
    folder: Path,
) -> None:
    files = sorted(path.name for path in (folder / "home_check@2").glob("[0-9]*.yaml"))
    domains = [
        yaml.safe_load((folder / "home_check@2" / each).read_text())["each"]["domain"] for each in files
    ]
    assert domains == [title for title, _ in FORM_2.domains]
    assert [each.heading.edition for each in read(folder).editions] == ["1", "2"]


def test_given_one_more_file_then_the_edition_asks_its_items_after_the_others(folder: Path) -> None:
    rows = {code: row | {"evidence_kinds": ["seen"]} for code, row in GARDEN.items()}
    write(folder, "18_garden.yaml", each=EACH, rows=rows)
    table = read(folder).editions[-1].table
    assert list(table)[-6:] == list(GARDEN)
    assert table["pond"].owner == "coordinator"
    assert table.marks != HOME_CHECK.editions[-1].table.marks


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            {"rows": {"pond": {**EACH, "label": "Pond", "question": "?", "ownr": "council"}}},
            "home_check@2/18_garden.yaml: rows.pond.ownr: ",
        ),
        ({"rows": {"pond": {**EACH, "ownr": "x"}}}, "did you mean owner?"),
        ({"each": EACH, "rowz": {}}, "home_check@2/18_garden.yaml: rowz: "),
        ({"each": EACH, "rowz": {}}, "did you mean rows?"),
        (
            {"each": EACH, "rows": {"heating": {"label": "x", "question": "?"}}},
            "18_garden.yaml: rows.heating: stands in home_check@2/08_warmth_and_services.yaml too",
        ),
        (
            {"each": EACH, "rows": {"pond": {"label": "x", "question": "?"}}},
            "home_check@2/18_garden.yaml: rows.pond: evidence_kinds: 'drone' is no kind of evidence",
        ),
        (
            {"each": EACH, "rows": {"pond": {"label": "x", "question": "?", "same_as": "heatin"}}},
            "18_garden.yaml: rows.pond.same_as: 'heatin' is no item of an earlier edition - did you mean",
        ),
    ],
)
def test_given_a_file_with_a_fault_then_file_and_key_are_named(
    folder: Path, said: dict[str, object], fault: str
) -> None:
    write(folder, "18_garden.yaml", **said)
    with pytest.raises(DataInvalid) as told:
        read(folder)
    assert fault in str(told.value)


def test_given_a_file_without_rows_then_it_is_refused(folder: Path) -> None:
    (folder / "home_check@3.yaml").write_text(
        'name: home-check\nedition: "3"\ntitle: x\neffective_from: 2028-01-01\nsource: x\n'
    )
    with pytest.raises(DataInvalid, match=r"home_check@3.yaml: rows: Field required - add this key"):
        read(folder)


@pytest.fixture
def asked_by_the_site(tmp_path: Path) -> Iterator[None]:
    """A site with a kind of evidence and a domain of its own, in two files of one folder."""
    with form_two_in_force(FIRST):
        SiteFolder(site_with_garden(tmp_path / "site"), put_in_force)
        yield
        put_in_force(())


def site_with_garden(folder: Path) -> Path:
    garden = DECIDED | {
        "changes": "home-check",
        "edition": "garden",
        "over": ["2"],
        "rows": {code: EACH | row for code, row in GARDEN.items()},
    }
    folder.mkdir()
    (folder / "kinds.yaml").write_text(yaml.safe_dump(DRONE))
    (folder / "garden.yaml").write_text(yaml.safe_dump(garden, sort_keys=False))
    return folder


def test_given_a_kind_of_evidence_that_a_domain_needs_when_it_is_taken_away_then_both_stay_and_it_is_told(
    tmp_path: Path,
) -> None:
    with form_two_in_force(FIRST):
        site = SiteFolder(site_with_garden(tmp_path / "site"), put_in_force)
        assert site.faults == ()
        (tmp_path / "site" / "kinds.yaml").unlink()
        site.look()
        site.look()
        garden, kinds = site.faults
        assert "'drone' is no kind of evidence" in garden.why
        assert "is gone" in kinds.why
        assert EVIDENCE_KINDS.label("drone") == "Seen from a drone"
        assert len(form_in_force(FIRST).items) == len(FORM_2.items) + 6
        put_in_force(())


@pytest.mark.usefixtures("asked_by_the_site")
@pytest.mark.parametrize(("alone", "garden", "blocks"), [("yes", "garden", ["pond"]), ("no", "none", [])])
def test_given_a_domain_of_six_items_a_skip_condition_and_a_kind_of_evidence_as_data_then_they_count(
    alone: str, garden: str, blocks: list[str]
) -> None:
    story = Story(lives_alone="unknown")
    form = form_in_force(FIRST)
    assert (form.code, len(form.items)) == ("home-check-2+garden", len(FORM_2.items) + 6)
    said = all_well(story.case, lives_with="alone" if alone == "yes" else "adults") | {"garden": garden}
    said |= dict.fromkeys(set(form.asked(said, circumstances(story.case))) - said.keys(), "yes")
    if blocks:
        said["pond"] = "no"
    evidence = {"garden": "drone"}
    story.ask(CompleteCheck(form=form.code, answers=said, evidence=evidence), on=1)
    assert [each.code for each in blocking(story.case)] == blocks
    assert ("shed" in story.case.gate) is (garden == "garden")
    assert EVIDENCE_KINDS.label("drone") == "Seen from a drone"
