"""Somebody in a bed whom a stranger hides."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.conftest import Door
from tests.api.hidings.labels import address_of, labelled, post
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample


@pytest.fixture
async def case_id(door: Door, intake: Intake) -> UUID:  # noqa: F811
    """The case of somebody in a bed of the trust, with a housing lead, whom a stranger hides."""
    await intake.take(Sample().raw())
    case_id = await door.referred()
    assert await address_of(door, case_id) is not None
    answer = await post(door, labelled())
    assert answer.status_code == 201, answer.text
    return case_id
