"""The application knows which day it is in case time: what a site says of a later day is not shown before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.web.app import create_app
from api.web.settings import ApiSettings
from discharge.clocks import london_date
from discharge.codes.casework import TENURES
from discharge.reference.policy import put_in_force
from tests.api.conftest import Clock
from tests.fixtures.site_rows import site_change

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


async def test_given_a_site_s_words_of_tomorrow_when_the_application_shows_them_then_it_is_tomorrow(
    settings: ApiSettings,
) -> None:
    clock = Clock()
    app = create_app(settings, clock)
    tomorrow = london_date(clock()) + timedelta(days=1)
    put_in_force([site_change("tenures", tomorrow, **{TENURES.rows[0].code: {"label": "Other words"}})])

    async with app.router.lifespan_context(app):
        assert TENURES.label(TENURES.rows[0].code) != "Other words"
        clock.now += timedelta(days=1)
        assert TENURES.label(TENURES.rows[0].code) == "Other words"
