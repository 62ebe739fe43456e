"""Who goes into which commit, and who hears of a failure, with commits that wait until they are let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from uuid import UUID, uuid4

import pytest

from discharge.errors import HomewardError, Unavailable
from fhir_adapters.hl7v2.receive.directory import FeedDoor
from fhir_adapters.hl7v2.store import group_commit
from fhir_adapters.hl7v2.store.group_commit import AT_ONCE, FEW, SharedCommits
from fhir_adapters.store.inbox import Arrived, Named, Received

DOOR, OTHER_DOOR = (FeedDoor(uuid4(), code, uuid4(), None) for code in ("A", "B"))


def named(name: str, size: int = 1) -> Named:
    return Named.of(Arrived(b"x" * size, "t", message_id=name))


def received(message: Named) -> Received:
    """The row of a message, by which its own answer is known."""
    return Received(UUID(int=int.from_bytes(message.message_id.encode())), False, False)


class Commits:
    """Commits that wait; each is let go by itself, to succeed or fail."""

    def __init__(self) -> None:
        self.shared = SharedCommits(self._commit)
        self.begun: list[tuple[str, list[str]]] = []
        self.failing: Callable[[list[str]], Exception | None] = lambda _: None
        self._gates: list[asyncio.Event] = []

    async def _commit(self, door: FeedDoor, messages: list[Named]) -> list[Received]:
        ids = [message.message_id for message in messages]
        self.begun.append((door.code, ids))
        gate = asyncio.Event()
        self._gates.append(gate)
        await gate.wait()
        failure = self.failing(ids)
        if failure:
            raise failure
        return [received(message) for message in messages]

    async def add(self, *messages: Named, door: FeedDoor = DOOR) -> list[asyncio.Task[Received]]:
        """Messages that come one after the other."""
        tasks = []
        for message in messages:
            tasks.append(asyncio.create_task(self.shared.add(door, message, inf)))
            await settled()
        return tasks

    async def go(self, number: int) -> None:
        self._gates[number].set()
        await settled()

    async def go_all(self) -> None:
        for number in range(100):
            if number >= len(self._gates):
                return
            await self.go(number)

    @property
    def ids(self) -> list[list[str]]:
        return [ids for _, ids in self.begun]


async def settled() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_given_a_message_that_comes_alone_then_it_is_committed_at_once_and_gets_its_own_answer() -> (
    None
):
    commits = Commits()
    [task] = await commits.add(named("M1"))
    assert commits.begun == [("A", ["M1"])]
    assert not task.done()
    await commits.go(0)
    assert await task == received(named("M1"))
    await commits.add(named("M2"))
    assert commits.ids == [["M1"], ["M2"]]


async def test_given_a_commit_then_the_task_that_makes_it_bears_a_name_that_a_log_can_tell() -> None:
    names: list[str] = []

    async def commit(_: FeedDoor, messages: list[Named]) -> list[Received]:
        task = asyncio.current_task()
        names.append(task.get_name() if task else "")
        return [received(message) for message in messages]

    await SharedCommits(commit).add(DOOR, named("M1"), inf)
    assert names == ["shared commits"]


async def test_given_commits_under_way_then_the_rest_waits_for_the_first_to_end_and_shares_the_next() -> None:
    commits = Commits()
    tasks = await commits.add(*(named(f"M{number}") for number in range(AT_ONCE + 3)))
    first = [[f"M{number}"] for number in range(AT_ONCE)]
    assert commits.ids == first
    await commits.go(1)
    assert commits.ids == [*first, [f"M{AT_ONCE + number}" for number in range(3)]]
    await commits.go_all()
    assert await asyncio.gather(*tasks) == [received(named(f"M{number}")) for number in range(AT_ONCE + 3)]
    again = await commits.add(*(named(f"N{number}") for number in range(AT_ONCE + 1)))
    assert commits.ids[-AT_ONCE:] == [[f"N{number}"] for number in range(AT_ONCE)]
    await commits.go_all()
    await asyncio.gather(*again)


async def test_given_commits_of_one_feed_under_way_then_another_feed_waits_for_none() -> None:
    commits = Commits()
    await commits.add(*(named(f"M{number}") for number in range(AT_ONCE + 1)))
    await commits.add(named("O1"), door=OTHER_DOOR)
    assert commits.begun[-1] == ("B", ["O1"])


async def test_given_a_commit_of_many_under_way_then_what_comes_goes_together_after_it() -> None:
    commits = Commits()
    first = await waiting(commits, *(named(f"M{number}") for number in range(FEW)))
    await commits.go(0)
    assert commits.ids[AT_ONCE:] == [[f"M{number}" for number in range(FEW)]]
    later = await commits.add(named("N0"))
    await commits.go(1)
    later += await commits.add(named("N1"))
    assert len(commits.ids) == AT_ONCE + 1
    await commits.go(AT_ONCE)
    assert commits.ids[AT_ONCE + 1 :] == [["N0", "N1"]]
    await commits.go_all()
    answers = await asyncio.gather(*first, *later)
    assert answers == [
        received(named(f"{name}{n}")) for name, most in (("M", FEW), ("N", 2)) for n in range(most)
    ]


async def test_given_a_message_not_committed_in_time_then_its_sender_hears_so_and_it_is_kept_yet() -> None:
    commits = Commits()
    await waiting(commits)
    with pytest.raises(TimeoutError):
        await commits.shared.add(DOOR, named("LATE"), asyncio.get_running_loop().time() + 0.01)
    await commits.go_all()
    assert commits.ids[-1] == ["LATE"]


async def waiting(commits: Commits, *messages: Named) -> list[asyncio.Task[Received]]:
    """Messages that wait behind commits under way."""
    await commits.add(*(named(f"B{number}") for number in range(AT_ONCE)))
    return await commits.add(*messages)


async def next_groups(commits: Commits) -> list[list[str]]:
    await commits.go_all()
    return commits.ids[AT_ONCE:]


@pytest.mark.parametrize(("most", "groups"), [(2, [2, 2, 1]), (5, [5]), (4, [4, 1])])
async def test_given_more_messages_than_one_commit_takes_then_the_next_ones_take_the_rest_in_order(
    most: int, groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_MESSAGES", most)
    commits = Commits()
    await waiting(commits, *(named(f"M{number}") for number in range(5)))
    found = await next_groups(commits)
    assert [len(group) for group in found] == groups
    assert [each for group in found for each in group] == [f"M{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([40, 60, 1], [["M0", "M1"], ["M2"]]),
        ([40, 61, 1], [["M0"], ["M1", "M2"]]),
        ([500, 1], [["M0"], ["M1"]]),
        ([1, 500, 1], [["M0"], ["M1"], ["M2"]]),
    ],
)
async def test_given_more_bytes_than_one_commit_takes_then_the_rest_goes_in_the_next(
    sizes: list[int], groups: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_BYTES", 100)
    commits = Commits()
    await waiting(commits, *(named(f"M{number}", size) for number, size in enumerate(sizes)))
    assert await next_groups(commits) == groups


async def test_given_the_same_id_twice_then_the_second_goes_after_the_first_and_others_do_not_wait() -> None:
    commits = Commits()
    await waiting(commits, named("M1"), named("M1", 2), named("M2"), named("M1", 3))
    assert await next_groups(commits) == [["M1", "M2"], ["M1"], ["M1"]]


async def test_given_a_group_that_fails_then_each_is_tried_by_itself_in_order_and_one_alone_hears() -> None:
    commits = Commits()
    failure = HomewardError("internal", detail="22021")
    commits.failing = lambda ids: failure if "BAD" in ids else None
    tasks = await waiting(commits, named("M1"), named("BAD"), named("M2"))
    assert await next_groups(commits) == [["M1", "BAD", "M2"], ["M1"], ["BAD"], ["M2"]]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers == [received(named("M1")), failure, received(named("M2"))]


async def test_given_the_database_goes_away_then_all_who_wait_hear_so_once_and_later_ones_are_tried() -> None:
    commits = Commits()
    away = Unavailable("database-unavailable")
    commits.failing = lambda _: away
    group = await commits.add(*(named(f"B{number}") for number in range(AT_ONCE)))
    behind = await commits.add(named("M1"), named("M2"))
    await commits.go(0)
    heard = await asyncio.gather(group[0], *behind, return_exceptions=True)
    assert heard == [away] * 3
    assert len(commits.begun) == AT_ONCE
    commits.failing = lambda _: None
    [later] = await commits.add(named("M3"))
    assert commits.ids[-1] == ["M3"]
    await commits.go_all()
    assert await later == received(named("M3"))
    assert await group[1] == received(named("B1"))


async def test_given_the_database_goes_away_while_a_group_is_taken_apart_then_the_rest_of_it_hears_so() -> (
    None
):
    commits = Commits()
    away = Unavailable("database-unavailable")
    commits.failing = lambda ids: (
        HomewardError("internal") if len(ids) > 1 else away if "M" in ids[0] else None
    )
    tasks = await waiting(commits, named("M1"), named("M2"))
    assert await next_groups(commits) == [["M1", "M2"], ["M1"]]
    assert await asyncio.gather(*tasks, return_exceptions=True) == [away, away]


async def test_given_a_sender_that_is_gone_then_the_others_of_its_commit_get_their_answers() -> None:
    for failure in (None, HomewardError("internal")):
        commits = Commits()
        commits.failing = lambda ids, failure=failure: failure  # type: ignore[misc]
        tasks = await waiting(commits, named("M1"), named("M2"))
        tasks[0].cancel()
        await settled()
        await commits.go_all()
        [_, answer] = await asyncio.gather(*tasks, return_exceptions=True)
        assert answer == (failure or received(named("M2")))


async def test_given_a_commit_that_answers_for_fewer_then_each_hears_of_it_and_the_feed_goes_on() -> None:
    short = True

    async def commit(_: FeedDoor, messages: list[Named]) -> list[Received]:
        return [received(message) for message in messages[1 if short else 0 :]]

    shared = SharedCommits(commit)
    for number in range(AT_ONCE + 1):
        with pytest.raises(ValueError, match="shorter"):
            await asyncio.wait_for(shared.add(DOOR, named(f"M{number}"), inf), 5)
    short = False
    assert await asyncio.wait_for(shared.add(DOOR, named("M1"), inf), 5) == received(named("M1"))
