"""What feeds say and what staff recorded, as one list of whom to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from discharge.contact_cards import Entry, Said, cards, missing, not_to_give, to_be_asked, values_beside
from discharge.telephones import dialled, plain_number

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
        ("mob 07700 900123", "07700900123"),
        ("TEL:07700/900123", "07700900123"),
        ("07700\u00a0900123", "07700900123"),
        ("\u202a+44 07700 900123\u202c", "+447700900123"),
        ("44 7700 900123", "+447700900123"),
        ("+353 1 234 5678", "+35312345678"),
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


UNSAFE_CARER = entry(None, role="carer", name="Ruth Ashdown", phone="07700 900333")


@pytest.mark.parametrize(
    ("version", "asked", "mark"),
    [
        pytest.param(entry(HOME, phone="0113 496 0002", safe_to_ring="no"), [], "not-safe", id="it-says-so"),
        pytest.param(entry(HOME, phone="0113 496 0002", safe_to_ring="yes"), [], "", id="nobody-says-so"),
        pytest.param(entry(HOME, phone="0113 496 0002"), ["0113 496 0002"], "ask-first", id="its-number"),
        pytest.param(entry(HOME, phone="0113 496 0002"), [HOME.value], "ask-first", id="the-message-before"),
        pytest.param(UNSAFE_CARER, ["Ruth Ashdown"], "ask-first", id="the-name-of-a-carer"),
        pytest.param(entry(None, role="gp", name="Dr Ruth"), ["Dr Ruth"], "", id="a-name-that-is-no-kin"),
        pytest.param(entry(None, role="other", about="Neighbour"), [""], "", id="no-number-at-all"),
    ],
)
def test_given_a_version_of_a_contact_then_its_numbers_are_marked_as_those_that_hold(
    version: Entry, asked: list[str], mark: str
) -> None:
    [card] = cards(CASE, (), (version,), [each for each in asked if each])
    assert card.mark_of_version(version) == mark


def test_given_an_older_version_with_a_number_that_is_not_safe_then_the_version_is_marked() -> None:
    first = entry(HOME, phone="0113 496 0002")
    second = entry(HOME, phone="0113 496 0003", number=2)
    warned = entry(None, phone="0113 496 0002", safe_to_ring="no")
    card = next(each for each in cards(CASE, (), (first, second, warned)) if len(each.entries) == 2)
    assert (card.mark, card.mark_of_version(second), card.mark_of_version(first)) == ("", "", "not-safe")


@pytest.mark.parametrize(
    ("message", "asked", "mark"),
    [
        pytest.param(RUTH, [RUTH.name], "ask-first", id="the-name-of-a-next-of-kin"),
        pytest.param(Said("gp", "0113 496 0100", "Hall, Ann"), ["Hall, Ann"], "", id="the-name-of-a-doctor"),
        pytest.param(HOME, [HOME.value], "ask-first", id="a-number"),
        pytest.param(HOME, [RUTH.name], "", id="somebody-else"),
    ],
)
def test_given_what_a_message_says_then_it_is_marked_by_number_and_by_name_of_kin(
    message: Said, asked: list[str], mark: str
) -> None:
    [card] = cards(CASE, (MOBILE,), (), asked)
    assert card.mark_of(message) == mark


def test_given_what_a_correction_replaced_then_it_is_asked_about_as_well() -> None:
    held = entry(HOME, phone="0113 496 0002")
    assert to_be_asked((), (held,)) == (sorted([HOME.value, "0113 496 0002"]), [])


def test_given_two_contacts_of_staff_then_each_is_a_card_with_its_own_id() -> None:
    one, two = entry(role="carer", name="Ruth"), entry(role="carer", name="Paul")
    assert {each.contact_id for each in cards(CASE, (), (one, two))} == {one.contact_id, two.contact_id}


def test_given_a_card_of_a_message_then_its_id_is_that_under_which_staff_correct_it() -> None:
    [card] = cards(CASE, (RUTH,), ())
    assert card.contact_id == RUTH.contact_id(CASE)
    swapped = Said(RUTH.kind, "+44 7700 900222", "Ruth Ashdown", RUTH.relationship)
    assert swapped.contact_id(CASE) == card.contact_id


def test_given_somebody_who_is_no_kin_when_a_message_names_kin_of_that_name_then_both_are_shown() -> None:
    neighbour = entry(role="other", name="Ruth Ashdown", phone="07700 900333")
    assert [each.role for each in cards(CASE, (RUTH,), (neighbour,))] == ["next-of-kin", "other"]


def test_given_a_carer_of_staff_when_a_message_names_them_then_it_is_one_contact() -> None:
    carer = entry(role="carer", name="Ruth Ashdown", phone=RUTH.value)
    [card] = cards(CASE, (RUTH,), (carer,))
    assert (card.role, card.confirmed) == ("carer", True)


def test_given_an_ended_contact_when_a_message_says_what_staff_had_then_it_stays_ended_and_says_so() -> None:
    corrected = entry(HOME, entry="corrected", phone="0113 496 0002")
    ended = entry(HOME, entry="ended", phone="0113 496 0003", number=2)
    for number in ("0113 496 0001", "0113 496 0002", "0113 496 0003"):
        [card] = cards(CASE, (Said("phone", number),), (corrected, ended))
        assert (card.ended, card.confirmed) == (True, number == "0113 496 0003")


@pytest.mark.parametrize(
    ("recorded", "again"),
    [
        (entry(role="key-holder", name="Ken Holder", phone="07700 900444"), ("next-of-kin", "Ken Holder")),
        (entry(role="person", phone="07700 900444"), ("mobile", "")),
        (entry(role="person", phone="07700 900444"), ("phone", "")),
        (entry(role="carer", name="Omar Key", phone="07700 900444"), ("next-of-kin", "Mr Omar Key")),
        (entry(role="carer", name="Omar Key", phone="07700 900444"), ("next-of-kin", "KEY Omar James")),
    ],
)
def test_given_what_staff_recorded_and_ended_when_a_message_says_it_then_it_does_not_come_back(
    recorded: Entry, again: tuple[str, str]
) -> None:
    kind, name = again
    said = Said(kind, "+44 7700 900444", name)
    [card] = cards(CASE, (said,), (replace(recorded, entry="ended"),))
    assert (card.ended, card.confirmed) == (True, True)
    [card] = cards(CASE, (said,), (recorded,))
    assert (card.ended, card.confirmed) == (False, True)


@pytest.mark.parametrize("name", ["Ruth Ashdown", "Key", "Omar Lock"])
def test_given_somebody_else_with_the_number_of_a_contact_that_ended_then_they_are_shown(name: str) -> None:
    ended = entry(role="carer", entry="ended", name="Omar Key", phone="0113 496 0444")
    found = cards(CASE, (Said("next-of-kin", "0113 496 0444", name),), (ended,))
    assert [each.ended for each in found] == [False, True]


def test_given_contacts_of_one_role_then_staff_come_before_messages_and_names_in_their_order() -> None:
    said = (Said("next-of-kin", "3", "Zed, Al", "BRO"), Said("next-of-kin", "4", "Abel, Al", "BRO"))
    known = (
        entry(role="next-of-kin", name="Yale, Jo", phone="1"),
        entry(role="next-of-kin", name="Bell, Jo"),
    )
    names = [
        each.current.name if each.current else each.said.name if each.said else ""
        for each in cards(CASE, said, known)
    ]
    assert names == ["Bell, Jo", "Yale, Jo", "Abel, Al", "Zed, Al"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(+44) 113 496 0001", "0113 496 0001"),
        ("0044 113 496 0001", "0113 496 0001"),
        ("44 113 496 0001", "0113 496 0001"),
        ("+44 0113 496 0001", "0113 496 0001"),
        ("0113\u00a0496\u20110001", "0113 496 0001"),
        ("0113\n496/0001", "0113 496 0001"),
        ("\uff10113 496 0001", "0113 496 0001"),
        ("\u202a0113\u200b 496\u2013 0001", "0113 496 0001"),
        ("TEL:0113 496 0001", "0113 496 0001"),
        ("(mob) 0113 496 0001 (evenings)", "0113 496 0001"),
        (" RUTH@example.org", "ruth@EXAMPLE.org "),
    ],
)
def test_given_a_number_or_an_address_as_people_write_it_then_its_plain_form_is_the_same(
    one: str, other: str
) -> None:
    assert plain_number(one) == plain_number(other)


def test_given_an_address_that_begins_with_digits_then_it_is_no_telephone_number() -> None:
    assert plain_number("0113496@example.org") != plain_number("0113496")
    assert plain_number("0113496@example.org") != plain_number("0113496@example.net")


def test_given_a_number_that_became_safe_then_the_version_that_warned_still_says_so() -> None:
    first = entry(HOME, phone=HOME.value, safe_to_ring="no")
    second = entry(HOME, phone=HOME.value, safe_to_ring="yes", number=2)
    [card] = cards(CASE, (), (first, second))
    assert (card.mark, card.mark_of_version(first), card.mark_of_version(second)) == ("", "not-safe", "")


def test_given_what_messages_say_then_only_numbers_of_the_same_place_are_its_values() -> None:
    other = Said("phone", "0113 496 0009")
    assert values_beside(HOME, (MOBILE, other, RUTH, HOME)) == [HOME.value, other.value]


def test_given_a_role_that_the_list_does_not_have_then_it_comes_after_all_others() -> None:
    newer = entry(role="of-a-newer-build", name="Al", phone="1")
    assert [each.role for each in cards(CASE, (HOME,), (newer, entry(role="other", name="Bo")))] == [
        "person",
        "other",
        "of-a-newer-build",
    ]
