from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from fhir_adapters.feeds.choosing import Arrival, FeedDoor, choose_feed
from fhir_adapters.feeds.loading import (
    PROFILES,
    ProfileInvalid,
    load_profile,
    load_profiles,
    profile_named,
    shipped_profiles,
)


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
    assert set(shipped_profiles()) == {"itk-2.4", "cerner-2.3"}
    assert all(profile.source for profile in shipped_profiles().values())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sex": None}, "itk-2.4.yaml: sex: .* - add this key"),
        ({"colour": "red"}, "itk-2.4.yaml: colour: .* - remove it, or correct its spelling"),
        ({"delete_marker": "maybe"}, "itk-2.4.yaml: delete_marker: .* - use one of the values named"),
        ({"zone": "Mars/North"}, "itk-2.4.yaml: zone: .*write it as Europe/London"),
        ({"expected_discharge": ["PV2.9"]}, "itk-2.4.yaml: expected_discharge.0: .*write it as PV2-9"),
        (
            {"discharge": {"destination_field": 36, "method_field": 36}},
            "itk-2.4.yaml: discharge.method_field: .*must differ",
        ),
        ({"live_processing_ids": []}, "itk-2.4.yaml: live_processing_ids: .* - give at least one entry"),
        ({"name": "other"}, "itk-2.4.yaml: name: .*name the file other.yaml"),
    ],
)
def test_given_a_fault_then_file_key_and_mend_are_named(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(ProfileInvalid, match=told):
        load_profile(altered(tmp_path, **changes))


def test_given_several_faults_then_all_are_told_at_once(tmp_path: Path) -> None:
    altered(tmp_path, sex=None, zone="Mars/North")
    (tmp_path / "broken.yaml").write_text("a: [")

    with pytest.raises(ProfileInvalid) as caught:
        load_profiles(tmp_path)

    assert {line.split(":")[0] for line in str(caught.value).splitlines() if ".yaml:" in line} == {
        "itk-2.4.yaml",
        "broken.yaml",
    }


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
        (Arrival(port=2601, sending_facility="RXH"), None),
    ],
)
def test_given_an_arrival_then_the_feed_that_asks_for_most_and_gets_it_is_chosen(
    arrival: Arrival, chosen: FeedDoor | None
) -> None:
    assert choose_feed([ASKS_NOTHING, ANY_OF_RXH, BY_PORT, BY_CERTIFICATE, PAS], arrival) is chosen
