"""What a process has loaded is left out of what the collector looks at."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.collector import NEW_OBJECTS, leave_out_what_is_loaded, wait_for_what_is_loaded


@pytest.fixture
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.enable()
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


@pytest.mark.usefixtures("as_before")
def test_while_a_program_loads_nothing_is_looked_at_and_afterwards_it_is_again() -> None:
    wait_for_what_is_loaded()
    assert not gc.isenabled()
    leave_out_what_is_loaded()
    assert gc.isenabled()


@pytest.mark.parametrize(
    "module", ["api.web.app", "fhir_adapters.hl7v2.receive.listener", "workflows.worker"]
)
def test_a_program_that_somebody_waits_for_loads_no_library_that_few_of_its_answers_need(module: str) -> None:
    heavy = ("numpy", "scipy", "lifelines", "fhir.resources.R4B.patient", "hl7apy.v2_5", "mesh_client")
    asked = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", asked], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
