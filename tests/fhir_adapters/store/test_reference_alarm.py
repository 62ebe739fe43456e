"""Reference data of a site that cannot be used: the last good text counts, and an alarm is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discharge.clocks import london_midnight
from discharge.reference.policy import policy_on, put_in_force
from discharge.reference.site import SiteFolder, parse_override
from fhir_adapters.site_reference import EVERY_KIND
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust

HEAD = """
changes: {kind}
edition: ours
effective_from: {day}
decided_by: J. Doe
decided_on: 2024-01-20
reason: A trial
rows: {rows}
"""


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


def look(folder: SiteFolder) -> None:
    folder.look()
    folder.look()


@pytest.mark.parametrize("name", [name for name, kind in EVERY_KIND.items() if not kind.national])
def test_given_any_kind_of_data_when_its_file_breaks_while_followed_then_the_last_good_one_counts(
    name: str, tmp_path: Path
) -> None:
    kind = EVERY_KIND[name]
    day = kind.editions[0].heading.effective_from + timedelta(days=60)
    code = next(iter(kind.editions[0].table.fields))
    file, folder = tmp_path / "ours.yaml", SiteFolder(tmp_path, put_in_force)
    good = HEAD.format(kind=name, day=day, rows=f'{{"{code}": {{source: Our own}}}}')
    file.write_text(good)
    look(folder)
    marks = policy_on(day)[kind].marks
    assert (folder.faults, len(marks)) == ((), 2)
    for broken in (good.replace("source:", "sauce:"), good[: len(good) // 2], "rows: ["):
        file.write_text(broken)
        look(folder)
        [fault] = folder.faults
        assert policy_on(day)[kind].marks == marks
        assert fault.consequence.startswith("Version ours of ")


async def test_given_a_file_that_stays_broken_then_an_alarm_names_file_and_key_until_it_is_mended(
    intake: Intake,  # noqa: F811
    tmp_path: Path,
) -> None:
    file, folder = tmp_path / "leads.yaml", SiteFolder(tmp_path, put_in_force)
    good = HEAD.format(kind="adaptations", day="2024-02-01", rows="{grab-rail: {cost_pounds: [1, 2]}}")
    file.write_text(good)
    look(folder)
    file.write_text(good.replace("cost_pounds", "cost_punds"))
    look(folder)
    now = datetime.now(UTC)
    await look_for_alarms(intake.worker, now, reference=folder.faults)
    assert await alarms(intake) == []

    await look_for_alarms(intake.worker, now + timedelta(minutes=3), reference=folder.faults)

    [alarm] = await alarms(intake)
    assert alarm.cleared_at is None
    assert "leads.yaml: rows.grab-rail.cost_punds: " in alarm.fact
    assert alarm.fact.endswith("version ours of 1 February 2024 is still in force.")
    await look_for_alarms(intake.worker, now + timedelta(minutes=4))
    [alarm] = await alarms(intake)
    assert alarm.cleared_at is not None


async def test_given_a_change_that_does_not_lie_over_the_edition_in_force_then_an_alarm_says_so(
    intake: Intake,  # noqa: F811
) -> None:
    said = HEAD.format(kind="home-check", day="2024-02-01", rows="{food: {question: Food at home}}")
    put_in_force([parse_override("food.yaml", said.encode())])
    begins = london_midnight(EVERY_KIND["home-check"].editions[-1].heading.effective_from)
    await look_for_alarms(intake.worker, begins - timedelta(hours=1))
    assert await alarms(intake) == []
    await look_for_alarms(intake.worker, begins + timedelta(hours=9))
    [alarm] = await alarms(intake)
    assert alarm.fact.endswith(
        "food.yaml: does not lie over the edition in force of home-check; name it in over."
    )


async def alarms(intake: Intake) -> list[AlarmRow]:  # noqa: F811
    return [each for each in await intake.rows(AlarmRow) if each.kind == "reference-not-used"]
