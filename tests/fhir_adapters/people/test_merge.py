"""Merging and undoing as a pure change of who holds what."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.people.merge import Holdings, Item, Said, merge, own_messages, survivor, unmerge

PEOPLE = [UUID(int=number) for number in range(1, 7)]
ITEMS = {Item("identifier", UUID(int=100 + number)): PEOPLE[number % len(PEOPLE)] for number in range(12)}
APART = Holdings(at=ITEMS)

pairs = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


def merged(held: Holdings, *joined: tuple[UUID, UUID]) -> Holdings:
    for kept, retired in joined:
        held, _ = merge(held, kept, retired)
    return held


def test_given_a_merge_then_everything_goes_to_the_survivor_and_the_merge_says_what() -> None:
    one, other = PEOPLE[0], PEOPLE[1]

    after, moved = merge(APART, one, other)

    assert set(moved) == {item for item, holder in ITEMS.items() if holder == other}
    assert {after.at[item] for item in moved} == {one}


def test_given_two_who_are_one_already_then_nothing_moves_whichever_way_round() -> None:
    once = merged(APART, (PEOPLE[0], PEOPLE[1]))

    assert merge(once, PEOPLE[0], PEOPLE[1]) == (once, ())
    assert merge(once, PEOPLE[1], PEOPLE[0]) == (once, ())


@given(st.lists(pairs, max_size=8))
def test_whatever_is_merged_everything_is_at_the_end_of_its_chain(joined: list[tuple[UUID, UUID]]) -> None:
    held = merged(APART, *joined)

    for item, home in ITEMS.items():
        assert held.at[item] == survivor(held.links, home)
        assert held.home.get(item, held.at[item]) == home


@given(st.lists(pairs, max_size=8), st.data())
def test_undoing_all_merges_in_any_order_gives_everything_back(
    joined: list[tuple[UUID, UUID]], data: st.DataObject
) -> None:
    held = merged(APART, *joined)

    for retired in data.draw(st.permutations(list(held.links))):
        held = unmerge(held, retired)

    assert held == APART


@given(st.lists(pairs, max_size=6), pairs, st.lists(pairs, max_size=6))
def test_a_merge_undone_later_leaves_what_the_other_merges_alone_would_make(
    before: list[tuple[UUID, UUID]], wrong: tuple[UUID, UUID], after: list[tuple[UUID, UUID]]
) -> None:
    first = merged(APART, *before)
    retired = survivor(first.links, wrong[1])
    held = merged(merge(first, *wrong)[0], *after)
    if held.links.get(retired) is None or first.links.get(retired) is not None:
        return

    undone = unmerge(held, retired)

    links = {person: kept for person, kept in held.links.items() if person != retired}
    for item, home in ITEMS.items():
        assert undone.at[item] == survivor(links, home)


def test_given_what_arrived_in_between_then_it_goes_to_the_home_that_is_named() -> None:
    held = merged(APART, (PEOPLE[0], PEOPLE[1]))
    new = Item("spell", UUID(int=999))
    held = Holdings(held.links, {**held.at, new: PEOPLE[0]}, held.home)

    undone = unmerge(held, PEOPLE[1], {new: PEOPLE[1]})

    assert undone.at[new] == PEOPLE[1]
    assert undone.home == {}


def said(number: int, *numbers: str) -> Said:
    return Said(UUID(int=number), frozenset(numbers))


def test_given_messages_in_between_then_each_goes_by_its_own_numbers() -> None:
    found, numbers = own_messages(
        [
            said(1, "H1"),
            said(2, "H2"),
            said(3, "H2", "N2"),
            said(4, "N2"),
            said(5, "H1", "H2"),
            said(6, "H9"),
        ],
        retired=frozenset({"H2"}),
        kept=frozenset({"H1"}),
    )

    assert found == {UUID(int=2), UUID(int=3), UUID(int=4)}
    assert numbers == {"H2", "N2"}


@given(
    st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=6),
    st.frozensets(st.sampled_from("abc")),
    st.frozensets(st.sampled_from("def")),
)
def test_no_message_that_names_the_survivor_is_taken_from_them(
    messages: list[frozenset[str]], retired: frozenset[str], kept: frozenset[str]
) -> None:
    found, _ = own_messages([Said(UUID(int=i), one) for i, one in enumerate(messages)], retired, kept)

    assert not any(messages[each.int] & kept for each in found)
