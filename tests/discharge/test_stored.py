"""How one build reads what another wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from discharge.stored import Stored
from discharge.values import Frozen


class Home(Frozen):
    rooms: int = 1
    lift: bool = False


class Street(Frozen):
    name: str
    home: Home = Home()


STREET: Stored[Street] = Stored(TypeAdapter(Street))
LATER = {"schema": 9, "name": "Ash Row", "light": "gas", "home": {"rooms": 2, "cellar": True}}


def test_given_a_field_that_a_later_build_stored_when_read_then_it_is_left_out_wherever_it_stands() -> None:
    assert STREET.read(LATER) == Street(name="Ash Row", home=Home(rooms=2))
    assert not STREET.is_former(LATER)


def test_given_a_field_that_nobody_knows_when_a_door_reads_it_then_it_is_refused() -> None:
    with pytest.raises(ValidationError):
        Street.model_validate({"name": "Ash Row", "home": {"rooms": 2, "cellar": True}})


def test_given_a_value_when_stored_then_it_says_its_schema_and_comes_back() -> None:
    street = Street(name="Ash Row", home=Home(rooms=3))
    stored = replace(STREET, schema=4).write(street)
    assert stored == {"schema": 4, "name": "Ash Row", "home": {"rooms": 3, "lift": False}}
    assert STREET.read(stored) == street


def test_given_a_value_of_an_earlier_schema_when_read_then_each_step_brings_it_up() -> None:
    now = replace(
        STREET,
        schema=4,
        former={
            1: lambda said: {"home": {"rooms": said["rooms"]}, "called": said["called"]},
            3: lambda said: {"home": said["home"], "name": said["called"]},
        },
    )
    written = {"called": "Ash Row", "rooms": 2}
    assert now.is_former(written)
    assert now.read(written) == Street(name="Ash Row", home=Home(rooms=2))
    assert now.read({"schema": 3, "called": "Elm", "home": {}}) == Street(name="Elm")
    assert written == {"called": "Ash Row", "rooms": 2}, "what was stored is left as it is"
