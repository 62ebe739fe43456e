"""What a process has loaded is left out of what the collector looks at."""

import gc
from collections.abc import Iterator

import pytest

from deploy.collector import NEW_OBJECTS, leave_out_what_is_loaded


@pytest.fixture
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_left_out_and_new_rings_are_still_found() -> None:
    leave_out_what_is_loaded()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == NEW_OBJECTS

    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
