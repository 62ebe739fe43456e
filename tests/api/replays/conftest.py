"""Who edits messages."""

from __future__ import annotations

import pytest

from tests.api.conftest import Door
from tests.api.edits.editing import Editing
from tests.fhir_adapters.hl7v2.conftest import Intake


@pytest.fixture
def editing(door: Door, intake: Intake) -> Editing:
    return Editing(door, intake)
