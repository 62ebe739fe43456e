"""Profiles follow their files: corrected without a restart, never half, never broken."""

from __future__ import annotations

import hashlib
import logging
from datetime import date
from pathlib import Path

import pytest

from fhir_adapters.feeds.profile_loader import PROFILES, shipped_profiles
from fhir_adapters.feeds.profile_watch import WatchedBook

TODAY = date(2026, 3, 2)
ITK = (PROFILES / "itk-2.4.yaml").read_text(encoding="utf-8")
OWN = ITK.replace("name: itk-2.4\n", "name: own\n")
WOMAN = OWN.replace("sex: {", "sex: {WOMAN: female, ")
BROKEN = OWN.replace("sex: {", "sexs: {")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert len({ITK, OWN, WOMAN, BROKEN}) == 4
    write(tmp_path, OWN)
    return tmp_path


def write(folder: Path, text: str, file: str = "own.yaml") -> None:
    (folder / file).write_text(text, encoding="utf-8")


def settle(book: WatchedBook) -> None:
    """Two looks: one that sees a change, and one that sees it stand still."""
    book.look()
    book.look()


def knows_woman(book: WatchedBook) -> bool:
    return "WOMAN" in book.in_force("own", TODAY).sex


def test_given_a_corrected_file_then_the_book_at_hand_reads_by_it(folder: Path) -> None:
    book = WatchedBook(folder)
    assert not knows_woman(book)

    write(folder, WOMAN)
    settle(book)

    assert knows_woman(book)
    assert book.faults == ()
    assert book.in_force("own", TODAY).sha256 == hashlib.sha256(WOMAN.encode()).hexdigest()


def test_given_a_file_that_somebody_is_still_writing_then_it_is_not_taken_before_it_stands_still(
    folder: Path,
) -> None:
    book = WatchedBook(folder)
    for end in range(len(WOMAN) - 2000, len(WOMAN), 500):
        write(folder, WOMAN[:end])
        assert not book.look()

    write(folder, WOMAN)

    assert [book.look() for _ in range(3)] == [False, True, False]
    assert knows_woman(book)


def test_given_a_broken_file_then_the_last_good_version_stays_and_the_fault_is_told_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder, WOMAN)
    book = WatchedBook(folder)

    with caplog.at_level(logging.ERROR):
        write(folder, BROKEN)
        settle(book)
        settle(book)

    assert knows_woman(book)
    [fault] = book.faults
    assert (fault.file, fault.name) == ("own.yaml", "own")
    assert "own.yaml: sexs: " in fault.why
    assert "did you mean sex?" in fault.why
    assert fault.consequence == "Version 1 of 30 June 2014 is still in force"
    assert len(caplog.messages) == 1
    assert "still in force" in caplog.text


def test_given_a_broken_file_when_it_is_mended_then_the_fault_is_gone(folder: Path) -> None:
    book = WatchedBook(folder)
    write(folder, BROKEN)
    settle(book)
    write(folder, WOMAN)
    settle(book)

    assert book.faults == ()
    assert knows_woman(book)


def test_given_another_file_changed_while_one_is_broken_then_only_the_broken_one_stays_as_it_was(
    folder: Path,
) -> None:
    write(folder, OWN.replace("name: own\n", "name: other\n"), "other.yaml")
    book = WatchedBook(folder)
    write(folder, BROKEN)
    write(folder, WOMAN.replace("name: own\n", "name: other\n"), "other.yaml")
    settle(book)

    assert "WOMAN" in book.in_force("other", TODAY).sex
    assert book.in_force("own", TODAY).name == "own"
    assert [fault.file for fault in book.faults] == ["own.yaml"]


def test_given_a_file_broken_before_the_start_then_what_was_last_good_is_recalled(folder: Path) -> None:
    write(folder, BROKEN)
    book = WatchedBook(folder)
    assert book.lacking == ["own.yaml"]
    assert book.faults[0].consequence == "Nothing of it is in force"

    book.recall({"own.yaml": WOMAN.encode(), "unheard-of.yaml": b""})

    assert book.lacking == []
    assert knows_woman(book)
    assert [fault.file for fault in book.faults] == ["own.yaml"]
    assert book.faults[0].since.timestamp() == pytest.approx((folder / "own.yaml").stat().st_mtime)
    write(folder, BROKEN + "\n")
    settle(book)
    assert knows_woman(book)


def test_given_the_only_file_of_a_name_is_gone_then_no_other_profile_takes_its_place(folder: Path) -> None:
    book = WatchedBook(folder)
    (folder / "own.yaml").unlink()
    settle(book)

    assert book.in_force("own", TODAY).name == "own"
    assert "is gone" in book.faults[0].why


def test_given_one_of_two_versions_is_gone_then_the_other_is_left(folder: Path) -> None:
    second = WOMAN.replace("version: 1\n", "version: 2\n").replace("2014-06-30", "2026-03-01")
    write(folder, second, "own@2.yaml")
    book = WatchedBook(folder)
    assert book.in_force("own", TODAY).version == 2

    (folder / "own@2.yaml").unlink()
    settle(book)

    assert book.in_force("own", TODAY).version == 1
    assert book.faults == ()


def test_given_our_own_text_of_a_shipped_profile_when_it_is_gone_then_the_shipped_one_is_back(
    tmp_path: Path,
) -> None:
    write(tmp_path, ITK.replace("sex: {", "sex: {WOMAN: female, "), "itk-2.4.yaml")
    book = WatchedBook(tmp_path)
    assert "WOMAN" in book.in_force(None, TODAY).sex

    (tmp_path / "itk-2.4.yaml").unlink()
    settle(book)

    assert book.in_force(None, TODAY) == shipped_profiles().in_force(None, TODAY)


def test_given_a_second_file_of_the_same_version_then_the_newcomer_is_at_fault(folder: Path) -> None:
    book = WatchedBook(folder)
    write(folder, WOMAN, "own@1.yaml")
    settle(book)

    assert [fault.file for fault in book.faults] == ["own@1.yaml"]
    assert "own.yaml has the same for own" in book.faults[0].why
    assert not knows_woman(book)


def test_given_a_version_that_begins_tomorrow_then_today_is_read_by_the_one_before(folder: Path) -> None:
    book = WatchedBook(folder)
    tomorrow = WOMAN.replace("version: 1\n", "version: 2\n").replace("2014-06-30", "2026-03-03")
    write(folder, tomorrow, "own@2.yaml")
    settle(book)

    assert [book.in_force("own", day).version for day in (TODAY, date(2026, 3, 3))] == [1, 2]


@pytest.mark.parametrize("what", ["missing", "file"])
def test_given_a_folder_that_is_none_then_that_is_the_fault(tmp_path: Path, what: str) -> None:
    if what == "file":
        (tmp_path / what).write_text("")
    book = WatchedBook(tmp_path / what)

    assert book.lacking == [what]
    assert "correct the path" in book.faults[0].why


def test_given_the_whole_folder_goes_then_everything_stays_in_force_until_it_is_back(folder: Path) -> None:
    write(folder, WOMAN)
    book = WatchedBook(folder)
    away = folder.rename(folder.with_name("away"))
    settle(book)
    assert knows_woman(book)
    assert [fault.file for fault in book.faults] == ["own.yaml"]
    assert book.lacking == []

    away.rename(folder)
    settle(book)

    assert knows_woman(book)
    assert book.faults == ()


def test_given_editors_droppings_and_the_other_ending_then_only_profiles_are_read(folder: Path) -> None:
    write(folder, "{", ".own.yaml.swp.yaml")
    write(folder, "{", "own.yaml~")
    (folder / "own.yaml").rename(folder / "own.yml")
    book = WatchedBook(folder)

    assert book.faults == ()
    assert "own" in book
