from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from discharge.reference.files import DataInvalid
from fhir_adapters.feeds.profile_loader import (
    PROFILES,
    load_profile,
    load_profiles,
    profile_named,
    profiles_with,
    shipped_profiles,
)
from fhir_adapters.hl7v2.receive.directory import Arrival, FeedDoor, choose_feed


def altered(tmp_path: Path, **changes: object) -> Path:
    """The ITK profile with some keys changed, or removed where the value is None."""
    data = yaml.safe_load((PROFILES / "itk-2.4.yaml").read_text())
    for key, value in changes.items():
        data[key] = value
        if value is None:
            del data[key]
    path = tmp_path / "itk-2.4.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_given_what_is_shipped_then_every_profile_loads_and_names_its_source() -> None:
    assert {"itk-2.4", "cerner-2.3"} <= set(shipped_profiles().names)
    assert all(profile.source["system"] for profile in shipped_profiles())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sex": None}, "itk-2.4.yaml: sex: .* - add this key"),
        ({"colour": "red"}, "itk-2.4.yaml: colour: .* - remove it, or correct its spelling"),
        ({"delete_marker": "maybe"}, "itk-2.4.yaml: delete_marker: .* - use one of the values named"),
        ({"zone": "Mars/Xyzzy"}, "itk-2.4.yaml: zone: .*write it as Europe/London"),
        ({"zone": "Europe/Lundon"}, "itk-2.4.yaml: zone: .*did you mean Europe/London\\?"),
        ({"name": "Our PAS"}, "itk-2.4.yaml: name: .*use small letters, digits, dots and hyphens"),
        ({"sends": {"expected_discharge": "PV2.9"}}, "itk-2.4.yaml: sends.expected_discharge: 'PV2.9' is no"),
        ({"expected_discharge": ["PV2.9"]}, "itk-2.4.yaml: expected_discharge.0: .*write it as PV2-9"),
        (
            {"discharge": {"destination_field": 36, "method_field": 36}},
            "itk-2.4.yaml: discharge.method_field: .*must differ",
        ),
        ({"live_processing_ids": []}, "itk-2.4.yaml: live_processing_ids: .* - give at least one entry"),
        ({"name": "other"}, "itk-2.4.yaml: name: .*name the file other.yaml"),
        ({"expected_dischrage": []}, "expected_dischrage: .* - did you mean expected_discharge\\?"),
        ({"location": {"ward": [1], "beds": [3]}}, "location.beds: .* - did you mean bed\\?"),
        (
            {"identifiers": {"nhs_number": [{"field": 3, "autority": "NHS"}], "local": [{"field": 3}]}},
            "identifiers.nhs_number.0.autority: .* - did you mean authority\\?",
        ),
        ({"acknowledgement": {"imediate": "as-asked"}}, "imediate: .* - did you mean immediate\\?"),
        ({"delete_marker": "delete"}, "delete_marker: .* - did you mean deletes\\?"),
        ({"sex": {1: "male"}}, "sex.1: .* - put it in quotation marks"),
        ({"effective_from": "spring"}, "effective_from: .* - write a day as 2026-04-01"),
        (
            {"discharge": {"destination_field": 36, "method_field": 37, "words": {"home": "91"}}},
            "discharge.words: '91' is not a code of discharge-destinations",
        ),
        (
            {"discharge": {"destination_field": "by-value", "method_field": 37}},
            "discharge.method_field: .*or both by-value",
        ),
        (
            {"classes": {"inpatient": ["I", "e"], "not_inpatient": ["E"]}},
            "classes: 'E' is in inpatient and in not_inpatient",
        ),
        (
            {"deleted_when": [{"trigger": "A07", "place": "EVN-4"}]},
            "deleted_when.0: place and values go together",
        ),
        ({"test_names": ["ZZZ", ""]}, "test_names.1: .* - take the empty entry out"),
        (
            {"discharge": {"destination_field": 36, "method_field": 37, "words": {"": "19"}}},
            "discharge.words.: .* - take the empty entry out",
        ),
        ({"location": {"ward": [0]}}, "location.ward.0: .*greater than or equal to 1"),
        ({"expected_discharge": ["PV2-0"]}, "expected_discharge.0: 'PV2-0' is not a field"),
        ({"source": {"sytem": "x"}}, "source: the key system is missing"),
        (
            {"source": {"system": "x", "fitnes": "y"}},
            "source: 'fitnes' is not a key .*did you mean 'fitness'",
        ),
    ],
)
def test_given_a_fault_then_file_key_and_mend_are_named(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(DataInvalid, match=told):
        load_profile(altered(tmp_path, **changes))


def test_given_several_faults_then_all_are_told_at_once(tmp_path: Path) -> None:
    altered(tmp_path, sex=None, zone="Mars/North")
    (tmp_path / "broken.yaml").write_text("a: [")

    with pytest.raises(DataInvalid) as caught:
        load_profiles(tmp_path)

    assert {line.split(":")[0] for line in str(caught.value).splitlines() if ".yaml:" in line} == {
        "itk-2.4.yaml",
        "broken.yaml",
    }


def test_given_one_fault_then_what_only_follows_from_it_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid) as caught:
        load_profile(altered(tmp_path, expected_discharge=["PV2.9"]))

    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"name: x\nsex: {'1: male}\n", "ours.yaml: (line 3): "),
        (b"a: [\nb: 2", "ours.yaml: (line 2): while parsing a flow sequence"),
        (b"\xff\xfe", "ours.yaml: (whole file): byte 1 is no UTF-8 - save the file as UTF-8"),
        (b"", "ours.yaml: (whole file): holds no keys"),
        (b"- a\n", "ours.yaml: (whole file): holds no keys"),
        (None, "ours.yaml: (whole file): cannot be read (Is a directory) - name a file in it"),
    ],
)
def test_given_a_file_that_is_no_profile_then_one_line_says_where_and_why(
    tmp_path: Path, raw: bytes | None, told: str
) -> None:
    path = tmp_path / "ours.yaml"
    path.mkdir() if raw is None else path.write_bytes(raw)

    with pytest.raises(DataInvalid) as caught:
        load_profile(path)

    assert str(caught.value).startswith(told)
    assert len(str(caught.value).splitlines()) == 1


def test_given_a_key_twice_then_the_line_is_told(tmp_path: Path) -> None:
    path = altered(tmp_path)
    path.write_text(path.read_text() + "zone: Europe/Dublin\n")

    with pytest.raises(DataInvalid, match="'zone' is given twice, again in line"):
        load_profile(path)


def test_given_two_versions_of_a_name_then_the_one_in_force_on_the_day_counts(tmp_path: Path) -> None:
    later = altered(tmp_path, version=2, effective_from=date(2026, 4, 1), zone="Europe/Dublin")
    later.rename(tmp_path / "itk-2.4@2.yaml")
    altered(tmp_path, effective_from=date(2020, 1, 1))

    book = load_profiles(tmp_path)

    days = (date(2019, 1, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [book.in_force("itk-2.4", day).version for day in days] == [1, 1, 2]
    assert book.in_force("unheard-of", date(2026, 5, 1)).label == "itk-2.4, version 2"


def test_given_two_files_of_one_version_then_both_are_refused(tmp_path: Path) -> None:
    altered(tmp_path).rename(tmp_path / "itk-2.4@1.yaml")
    altered(tmp_path)

    with pytest.raises(DataInvalid, match=r"version: itk-2\.4\.yaml has the same for itk-2\.4"):
        load_profiles(tmp_path)


def test_given_an_installation_then_its_file_replaces_ours_of_the_same_version(tmp_path: Path) -> None:
    altered(tmp_path, title="Ours, mended")

    book = profiles_with(tmp_path)

    assert book.newest("itk-2.4").title == "Ours, mended"
    assert "cerner-2.3" in book


def test_given_no_name_or_an_unknown_one_then_the_default_profile_answers() -> None:
    assert profile_named(None).name == profile_named("gone").name == "itk-2.4"


def door(code: str, **asks: object) -> FeedDoor:
    return FeedDoor(feed_id=uuid4(), code=code, organisation_id=uuid4(), profile=None, **asks)  # type: ignore[arg-type]


PAS = door("pas", sending_application="PAS", sending_facility="RXH")
ANY_OF_RXH = door("rxh", sending_facility="RXH")
BY_PORT = door("port", port=2601)
BY_CERTIFICATE = door("certificate", certificate="ab" * 32)
ASKS_NOTHING = door("open")


@pytest.mark.parametrize(
    ("arrival", "chosen"),
    [
        (Arrival(sending_application="PAS", sending_facility="RXH"), PAS),
        (Arrival(sending_application="LAB", sending_facility="RXH"), ANY_OF_RXH),
        (Arrival(port=2601, sending_application="LAB"), BY_PORT),
        (Arrival(port=2575, certificate="ab" * 32), BY_CERTIFICATE),
        (Arrival(port=2575, sending_application="X", sending_facility="Y"), None),
        (Arrival(port=2601, sending_facility="RXH"), BY_PORT),
    ],
)
def test_given_an_arrival_then_the_feed_that_asks_for_most_and_gets_it_is_chosen(
    arrival: Arrival, chosen: FeedDoor | None
) -> None:
    assert choose_feed([ASKS_NOTHING, ANY_OF_RXH, BY_PORT, BY_CERTIFICATE, PAS], arrival) is chosen
