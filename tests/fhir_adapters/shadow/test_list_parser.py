"""A trust's own list: read by its mapping whole, or refused with every fault and no value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.reference.files import DataInvalid
from fhir_adapters.listed import ListInvalid
from fhir_adapters.shadow.list_mapping import (
    ListMapping,
    load_mapping,
    mapping_for,
    mappings_with,
    shipped_mappings,
)
from fhir_adapters.shadow.list_parser import read_list
from fhir_adapters.shadow.model import Listed

STANDARD = shipped_mappings()["standard"]


def read(text: str, mapping: ListMapping = STANDARD) -> list[Listed]:
    return read_list(text.encode(), mapping)


def faults(text: str, mapping: ListMapping = STANDARD) -> list[str]:
    with pytest.raises(ListInvalid) as refused:
        read(text, mapping)
    return [str(fault) for fault in refused.value.faults]


def test_given_usual_headings_when_read_then_values_are_written_as_ours() -> None:
    (line,) = read(
        "NHS No.,Hospital Number,Patient name,Ward,Bed,EDD,DRD,Reason for Delay,Pathway\n"
        "999 000 0018,H100,Joan Ashdown,ELM,ELM1-1,09/07/2026,2026-07-01,Awaiting transport,P1\n"
    )
    assert (line.line, line.nhs_number, line.hospital_number) == (2, "9990000018", "H100")
    assert line.values == {
        "ward": "ELM",
        "bed": "ELM1-1",
        "expected_discharge_on": "2026-07-09",
        "ready_on": "2026-07-01",
        "delay_reason": "transport",
        "pathway": "1",
    }
    assert line.unmapped == frozenset()


def test_given_columns_that_are_not_there_when_read_then_they_are_not_compared() -> None:
    (line,) = read("MRN;Ward\nH100;ELM\n")
    assert line.values == {"ward": "ELM"}


def test_given_a_list_saved_with_tabs_when_read_then_commas_are_text() -> None:
    (line,) = read("MRN\tWard\nH100\tELM, bay 1\n")
    assert line.values == {"ward": "ELM, bay 1"}


def test_given_a_word_that_the_mapping_does_not_know_when_read_then_it_is_kept_and_marked() -> None:
    (line,) = read("MRN,Reason,Pathway\nH100,Waiting for the dog,P9\n")
    assert line.values == {"delay_reason": "Waiting for the dog", "pathway": "P9"}
    assert line.unmapped == {"delay_reason", "pathway"}


@pytest.mark.parametrize("needs_bed", ["Yes", "y", "TRUE"])
def test_given_somebody_who_meets_the_criteria_to_reside_when_read_then_the_ready_date_does_not_count(
    needs_bed: str,
) -> None:
    (line,) = read(f"MRN,CTR,DRD\nH100,{needs_bed},01/07/2026\n")
    assert line.values == {"ready_on": ""}


@pytest.mark.parametrize("empty", ["", "-", "N/A", "TBC"])
def test_given_a_word_for_nothing_when_read_then_it_is_nothing(empty: str) -> None:
    (line,) = read(f"MRN,EDD\nH100,{empty}\n")
    assert line.values == {"expected_discharge_on": ""}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["line 1: (heading): no column to compare: name one in the mapping",
              "line 1: NHS Number or Hospital Number: add this column, or name it in the mapping"]),
        ("MRN,Name\nH1,A\n", ["line 1: (heading): no column to compare: name one in the mapping"]),
        ("MRN,EDD,EDD\nH1,,\n", ["line 1: EDD: this is the second heading for one column: take one out"]),
        ("MRN,EDD\nH1,soon\n", ["line 2: expected_discharge_on: write it as 2026-07-09"]),
        ("MRN,EDD\nH1,31/02/2026\n", ["line 2: expected_discharge_on: write it as 2026-07-09"]),
        ("NHS Number,Ward\n1234567891,ELM\n",
         ["line 2: nhs_number: this is not a valid NHS number: correct it, or leave it empty"]),
        ("MRN,Ward\n,ELM\n", ["line 2: nhs_number: give a number of the person"]),
        ("MRN,Ward\nH1,ELM\n\nH1,OAK\n", ["line 4: hospital_number: already on line 2: remove one"]),
        ("MRN,CTR,Ward\nH1,perhaps,ELM\n",
         ["line 2: criteria_to_reside: write yes or no, or leave it empty"]),
        ("MRN,Ward\nH1,ELM,more\n",
         ["line 2: (line): more cells than the heading: put text with commas in quotes"]),
        ('MRN,Ward\nH1,"ELM\nH2,OAK\n',
         ["line 3: (line): this line cannot be read: check its quotation marks"]),
        ("MRN,Ward\n,\n", ["line 1: (file): the list has a heading and no people"]),
        ("MRN,Ward\x00\n", ["line 1: (file): this is not a CSV file: save the list as CSV, UTF-8"]),
    ],
)  # fmt: skip
def test_given_a_list_with_faults_when_read_then_each_is_told_by_its_line(text: str, told: list[str]) -> None:
    assert sorted(faults(text)) == sorted(told)


def test_given_faults_when_told_then_no_value_is_repeated() -> None:
    told = " ".join(faults("NHS Number,EDD,Ward\n1234567891,Joan Ashdown,ELM\n"))
    assert "Joan" not in told
    assert "1234567891" not in told


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"MRN,EDD,Ward\n{text}".encode()))
def test_given_any_bytes_when_read_then_it_is_a_list_or_faults_and_no_other_error(raw: bytes) -> None:
    try:
        lines = read_list(raw, STANDARD)
    except ListInvalid as refused:
        lines = []
        told = refused.faults
    else:
        told = []
    assert all(isinstance(line, Listed) for line in lines)
    assert all(fault.line >= 1 and fault.words for fault in told)


def test_given_a_mapping_of_an_installation_when_its_feed_is_called_so_then_it_is_used(
    tmp_path: Path,
) -> None:
    (tmp_path / "vale.yaml").write_text(
        "name: vale\ntitle: Vale\npeople: ready\ncolumns: {hospital_number: [Nr], ward: [Stn]}\n"
        "dates: ['%d.%m.%Y']\nwards: {Elm Ward: ELM}\n"
    )
    mappings = mappings_with(tmp_path)
    chosen = mapping_for(mappings, "", "vale")
    assert chosen
    assert read("Nr,Stn\nH1,elm ward\n", chosen)[0].values == {"ward": "ELM"}
    assert mapping_for(mappings, "", "other-feed") == STANDARD
    assert mapping_for(mappings, "none", "vale") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: m\ntitle: M\ncolumns: {warp: [W], nhs_number: [N]}\n", "'warp' is not a column"),
        ("name: m\ntitle: M\ncolumns: {ward: [W]}\n", "name the headings of nhs_number"),
        ("name: m\ntitle: M\ncolumns: {ward: [W], bed: [w], nhs_number: [N]}\n", "one heading cannot be two"),
        (
            "name: m\ntitle: M\ncolumns: {nhs_number: [N]}\ndelay_reasons: {Dog: dog}\n",
            "not a reason for waiting",
        ),
        ("name: other\ntitle: M\ncolumns: {nhs_number: [N]}\n", "name the file other.yaml"),
        ("name: [\n", "line 2.: .*correct the YAML"),
        ("name: m\ncolums: {}\n", "m.yaml: colums: .*did you mean columns"),
    ],
)
def test_given_a_mapping_that_cannot_be_when_loaded_then_file_and_key_are_told(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(text)
    with pytest.raises(DataInvalid, match=told):
        load_mapping(file)
