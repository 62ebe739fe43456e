"""What feeds say and what staff recorded, as one list of whom to call."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from discharge.contact_cards import Entry, Said, cards, missing, not_to_give, to_be_asked, values_beside
from discharge.telephones import dialled

CASE = UUID(int=7)
HOME = Said("phone", "0113 496 0001")
MOBILE = Said("mobile", "07700 900123")
RUTH = Said("next-of-kin", "07700 900222", "Ashdown, Ruth", "CHD")


def entry(said: Said | None = None, beside: tuple[Said, ...] = (), **more: Any) -> Entry:
    """The first version of a contact; a correction of what messages said, where that is given."""
    message = None
    if said is not None:
        values = values_beside(said, (said, *beside))
        message = {"kind": said.kind, "name": said.name, "value": said.told, "values": values}
    known: dict[str, Any] = {
        "contact_id": said.contact_id(CASE) if said else uuid4(),
        "number": 1,
        "entry": "corrected" if said else "recorded",
        "role": said.role if said else "other",
        "source": "family",
        "said_on": date(2026, 3, 2),
        "message": message,
    }
    return Entry(**known | more)


def test_given_messages_alone_then_each_is_a_card_in_the_order_in_which_people_try_them() -> None:
    found = cards(CASE, (RUTH, HOME, MOBILE, Said("gp-practice", "B86001"), Said("ward", "", "6B")), ())
    assert [(each.role, each.phone) for each in found] == [
        ("person", MOBILE.value),
        ("person", HOME.value),
        ("next-of-kin", RUTH.value),
        ("gp", ""),
        ("ward", ""),
    ]


def test_given_a_next_of_kin_whom_the_message_calls_carer_then_they_are_the_carer() -> None:
    [card] = cards(CASE, (Said("next-of-kin", "1", "Ashdown, Ruth", "CGV"),), ())
    assert card.role == "carer"


def test_given_a_correction_when_the_message_repeats_itself_then_only_the_correction_is_shown() -> None:
    corrected = entry(HOME, phone="0113 496 0002")
    [card] = cards(CASE, (HOME,), (corrected,))
    assert (card.phone, card.otherwise, card.confirmed) == ("0113 496 0002", (), False)


def test_given_a_correction_when_a_later_message_says_another_number_then_both_are_shown() -> None:
    corrected = entry(HOME, phone="0113 496 0002")
    later = Said("phone", "0113 496 0003")
    [card] = cards(CASE, (later,), (corrected,))
    assert (card.phone, card.otherwise) == ("0113 496 0002", (later,))


@pytest.mark.parametrize("written", ["0113 496 0002", "+44 113 496 0002", "(0113) 4960002"])
def test_given_a_correction_when_the_message_comes_to_say_the_same_then_it_is_confirmed(written: str) -> None:
    [card] = cards(CASE, (Said("phone", written),), (entry(HOME, phone="0113 496 0002"),))
    assert card.confirmed
    assert card.otherwise == ()


def test_given_two_numbers_when_one_is_corrected_then_the_other_stays_by_itself_and_contradicts_nothing() -> (
    None
):
    other = Said("phone", "0113 496 0009")
    corrected = entry(HOME, (other,), phone="0113 496 0002")
    first, second = cards(CASE, (HOME, other), (corrected,))
    assert {first.phone, second.phone} == {"0113 496 0002", "0113 496 0009"}
    assert first.otherwise == second.otherwise == ()


def test_given_a_next_of_kin_of_staff_when_a_message_gives_them_another_number_then_it_says_otherwise() -> (
    None
):
    added = entry(role="next-of-kin", name="Ruth Ashdown", phone="07700 900333")
    [card] = cards(CASE, (RUTH,), (added,))
    assert (card.phone, card.otherwise) == ("07700 900333", (RUTH,))
    brother = Said("next-of-kin", "07700 900444", "Ashdown, Paul", "BRO")
    assert len(cards(CASE, (brother,), (added,))) == 2


def test_given_a_contact_that_ended_when_the_message_repeats_it_then_it_stays_ended_and_last() -> None:
    ended = entry(HOME, entry="ended", phone=HOME.value, reason="cut off")
    found = cards(CASE, (HOME, MOBILE), (ended,))
    assert [(each.phone, each.ended) for each in found] == [(MOBILE.value, False), (HOME.value, True)]
    assert found[1].dial is None


def test_given_a_contact_that_ended_when_a_message_gives_a_new_number_then_the_new_one_is_shown() -> None:
    ended = entry(HOME, entry="ended", phone=HOME.value)
    new = Said("phone", "0113 496 0005")
    assert [each.phone for each in cards(CASE, (new,), (ended,)) if not each.ended] == [new.value]


def test_given_several_versions_then_the_newest_holds_and_all_are_kept() -> None:
    first = entry(HOME, phone="0113 496 0002")
    second = entry(HOME, phone="0113 496 0003", number=2)
    [card] = cards(CASE, (HOME,), (second, first))
    assert card.phone == "0113 496 0003"
    assert [each.number for each in card.entries] == [2, 1]


def test_given_a_number_that_is_not_safe_to_ring_then_nothing_dials_it() -> None:
    [card] = cards(CASE, (HOME,), (entry(HOME, phone=HOME.value, safe_to_ring="no"),))
    assert (card.phone, card.dial) == (HOME.value, None)
    [card] = cards(CASE, (HOME,), ())
    assert card.dial == "01134960001"


@pytest.mark.parametrize(
    ("written", "dials"),
    [
        ("0113 496 0001", "01134960001"),
        ("+44 (0)113 496 0001", "+441134960001"),
        ("07700-900123", "07700900123"),
        ("0113 496 0001 ext 5", "01134960001"),
        ("ask the ward", None),
        ("", None),
        ("7", None),
    ],
)
def test_given_a_number_as_written_then_its_digits_are_dialled(written: str, dials: str | None) -> None:
    assert dialled(written) == dials


def test_given_who_is_known_then_whoever_is_expected_and_not_named_is_missing() -> None:
    ended = entry(role="key-holder", entry="ended", name="Paul")
    assert missing(cards(CASE, (HOME, RUTH), (ended,))) == ("key-holder", "gp", "ward")


@pytest.mark.parametrize(
    ("recorded", "kept_back"),
    [
        pytest.param([entry(HOME, phone=HOME.value)], set(), id="safety-not-known"),
        pytest.param([entry(HOME, phone=HOME.value, safe_to_ring="yes")], set(), id="safe"),
        pytest.param([entry(HOME, phone=HOME.value, safe_to_ring="no")], {HOME}, id="not-safe"),
        pytest.param([entry(None, phone="+44 113 496 0001", safe_to_ring="no")], {HOME}, id="other-writing"),
        pytest.param([entry(HOME, phone="0113 496 0002", safe_to_ring="no")], {HOME}, id="its-place"),
        pytest.param([entry(HOME, phone="0113 496 0002")], {HOME}, id="corrected"),
        pytest.param([entry(RUTH, phone=RUTH.value, entry="ended")], {RUTH}, id="ended"),
    ],
)
def test_given_what_staff_said_of_a_number_then_the_message_alone_does_not_give_it(
    recorded: list[Entry], kept_back: set[Said]
) -> None:
    said = (HOME, MOBILE, RUTH)
    assert not_to_give(cards(CASE, said, recorded), said) == kept_back


def test_given_a_number_that_became_safe_then_the_message_gives_it_again() -> None:
    first = entry(HOME, phone=HOME.value, safe_to_ring="no")
    second = entry(HOME, phone=HOME.value, safe_to_ring="yes", number=2)
    assert not_to_give(cards(CASE, (HOME,), (first, second)), (HOME,)) == frozenset()


def test_given_another_number_in_the_place_of_one_that_is_not_safe_then_it_is_not_given_alone_either() -> (
    None
):
    recorded = entry(HOME, phone=HOME.value, safe_to_ring="no")
    later = Said("phone", "0113 496 0009")
    assert not_to_give(cards(CASE, (later,), (recorded,)), (later, MOBILE)) == {later}


def test_given_a_later_message_that_says_otherwise_than_a_safe_one_then_it_is_given() -> None:
    recorded = entry(HOME, phone="0113 496 0002")
    later = Said("phone", "0113 496 0009")
    assert not_to_give(cards(CASE, (later,), (recorded,)), (later,)) == frozenset()


def test_given_an_unseen_warning_about_a_number_then_it_is_marked_and_not_dialled() -> None:
    recorded = entry(MOBILE, phone=MOBILE.value, safe_to_ring="yes")
    said = (HOME, MOBILE, RUTH)
    mobile, home, kin = cards(CASE, said, (recorded,), [HOME.value, MOBILE.value])
    assert (mobile.mark, home.mark, kin.mark) == ("ask-first", "ask-first", "")
    assert (mobile.dial, home.dial) == (None, None)
    assert kin.dial == "07700900222"
    assert not_to_give((mobile, home, kin), said) == {HOME, MOBILE}


def test_given_an_unseen_warning_about_a_next_of_kin_then_each_of_their_numbers_is_marked() -> None:
    other = Said("next-of-kin", "07700 900999", RUTH.name, "CHD")
    found = cards(CASE, (HOME, RUTH, other), (), [RUTH.name])
    assert [each.mark for each in found] == ["", "ask-first", "ask-first"]


def test_given_a_number_that_another_contact_says_is_not_safe_then_every_contact_with_it_is_marked() -> None:
    theirs = entry(None, phone="+44 113 496 0001", safe_to_ring="no")
    found = cards(CASE, (HOME, MOBILE), (theirs,))
    assert {each.phone: each.mark for each in found} == {
        MOBILE.value: "",
        HOME.value: "not-safe",
        "+44 113 496 0001": "not-safe",
    }


def test_given_what_is_shown_then_every_number_of_it_is_asked_about() -> None:
    held = entry(HOME, phone="0113 496 0002")
    kin = entry(None, role="carer", name="Paul Ashdown", phone="07700 900444")
    assert to_be_asked((HOME, RUTH, Said("ward", "", "6B")), (held, kin)) == (
        sorted([HOME.value, RUTH.value, "0113 496 0002", "07700 900444"]),
        sorted([RUTH.name, "Paul Ashdown"]),
    )
