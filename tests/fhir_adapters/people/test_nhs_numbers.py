from __future__ import annotations

import pytest

from fhir_adapters.people.nhs_numbers import check_number, split_glued_status, tracing_status


@pytest.mark.parametrize("number", ["9000000009", "9990500002", "2083964527", "6667309751"])
def test_given_a_number_with_a_right_check_digit_then_it_is_usable(number: str) -> None:
    assert check_number(number) == (number, True)


@pytest.mark.parametrize("written", ["999 050 0002", "999-050-0002", " 9990500002 "])
def test_given_spaces_or_dashes_then_the_digits_are_kept(written: str) -> None:
    assert check_number(written) == ("9990500002", True)


@pytest.mark.parametrize("number", ["9000000000", "1287464666", "9999999999", "0000000000", "", "ABC", "123"])
def test_given_a_wrong_number_or_a_placeholder_then_it_is_kept_and_not_usable(number: str) -> None:
    assert check_number(number) == (number, False)


@pytest.mark.parametrize(
    ("values", "status"),
    [(("NSTS01",), "NSTS01"), (("2",), "NSTS02"), (("AL", "08"), "NSTS08"), (("NSTS09",), None), ((), None)],
)
def test_given_pid_32_then_the_tracing_status_is_found(values: tuple[str, ...], status: str | None) -> None:
    assert tracing_status(values) == status


def test_given_a_status_glued_to_the_type_then_both_are_told_apart() -> None:
    assert split_glued_status("NH{status:01}") == ("NH", "01")
    assert split_glued_status("NH") == ("NH", None)
