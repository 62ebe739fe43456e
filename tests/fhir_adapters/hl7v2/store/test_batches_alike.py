"""Any messages, in batches of any size, have the effect that they have one by one: numbers used again,
merges, moved stays, hiding, visit numbers used again, and everything that waits behind such a message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from fhir_adapters.hl7v2.store.batch import drain as batches
from fhir_adapters.hl7v2.store.batch import plan
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.store.test_batch import emptied, record

PEOPLE = (
    ("OAKLEY^BERYL", "19410302", "9990000018"),
    ("MARLOW^IDA", "19500101", "9990000026"),
    ("FERN^OLIVE", "19330909", "9990000034"),
    ("OAKLEY^BERYL", "19000101", ""),
    ("ZZZTEST^PATIENT", "19800101", "9990000042"),
)
NUMBERS, VISITS = ("H1", "H2", "H3"), ("V1", "V2", "V3", "")
OF_STAYS = ("A01", "A02", "A03", "A08", "A11", "A13", "A23")
OF_PEOPLE = ("A28", "A31", "A29")
OF_TWO = ("A40", "A45", "A24")


@dataclass(frozen=True)
class Said:
    """One message: of whom, by which numbers, of which stay, and how many hours after the first."""

    trigger: str
    who: int = 0
    number: str = "H1"
    other: str = "H2"
    visit: str = "V1"
    hour: int = 0
    with_nhs: bool = False
    named: bool = True
    hidden: str = ""

    def _pid(self, who: int, number: str) -> str:
        name, born, nhs = PEOPLE[who]
        given = [f"{nhs}^^^NHS^NH"] if self.with_nhs and nhs else []
        numbers = "~".join([*given, *([f"{number}^^^RXH^MR"] if number else [])])
        about = f"{name}||{born}|F|||{who} MILL LANE^^LEEDS^^LS1 1AA^^H" if self.named else ""
        return f"PID|1||{numbers}||{about}"

    def raw(self, place: int) -> bytes:
        at = f"202603{1 + self.hour // 24:02d}{self.hour % 24:02d}00"
        head = f"MSH|^~\\&|PAS|RXH|HOMEWARD|HW|{at}||ADT^{self.trigger}|M{place}|P|2.4"
        lines = [head, f"EVN|{self.trigger}|{at}||||{at}", self._pid(self.who, self.number)]
        came = f"2026030{1 + self.hour // 12}0000"
        stay = f"PV1|1|I|RXH^W{self.hour % 5}^1^RXH{'|' * 16}{self.visit}{'|' * 25}{came}"
        if self.trigger in ("A40", "A45"):
            lines.append(f"MRG|{self.other}^^^RXH^MR||||{self.visit}")
        if self.trigger == "A24":
            lines.append(self._pid((self.who + 1) % 3, self.other))
        if self.trigger in (*OF_STAYS, "A45"):
            lines.append(stay)
        if self.hidden:
            lines.append(f"ZU8||||{self.hidden}")
        return "\r".join([*lines, ""]).encode()


MESSAGES = st.lists(
    st.builds(
        Said,
        trigger=st.sampled_from((*OF_STAYS, "A01", "A08", *OF_PEOPLE, "A31", *OF_TWO)),
        who=st.integers(0, 4),
        number=st.sampled_from((*NUMBERS, "")),
        other=st.sampled_from(NUMBERS),
        visit=st.sampled_from(VISITS),
        hour=st.integers(0, 47),
        with_nhs=st.booleans(),
        named=st.sampled_from((True, True, True, False)),
        hidden=st.sampled_from(("", "", "", "", "1", "0")),
    ),
    min_size=2,
    max_size=10,
)


def _doubted(part: str, rows: list[Any]) -> list[Any]:
    """Of pairs those that messages showed: who resembles whom is looked at when either is written, and the
    first to be written finds nobody.
    """
    if part != "pairs":
        return rows
    shown = [(tuple(rule for rule in rules if "same-" not in rule), *rest) for rules, *rest in rows]
    return [row for row in shown if row[0]]


BERYL, IDA = Said("A01", 0), Said("A01", 1, visit="V2", hour=2)


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],  # to make an example smaller takes minutes
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example([BERYL, IDA, replace(IDA, trigger="A02", hour=3), replace(BERYL, trigger="A08", hour=4)], 128)
@example([BERYL, replace(IDA, trigger="A28"), replace(IDA, trigger="A31", named=False)], 128)
@example([replace(BERYL, with_nhs=True), replace(IDA, with_nhs=True), replace(IDA, visit="V3", hour=5)], 3)
@example([Said("A31", 4, "H3"), Said("A08", 1, "H3", named=False), Said("A31", 4, "H3", hour=5)], 128)
@given(messages=MESSAGES, together=st.sampled_from((2, 3, 128)))
async def test_given_any_messages_then_batches_write_what_one_by_one_would(
    intake: Intake, owner: AsyncEngine, messages: list[Said], together: int
) -> None:
    raw = [said.raw(place) for place, said in enumerate(messages)]
    with pytest.MonkeyPatch.context() as changed:
        await emptied(owner)
        changed.setattr(batches, "MOST_MESSAGES", together)
        await intake.take(*raw)
        in_batches = await record(intake)

        await emptied(owner)
        changed.setattr(plan, "ORDINARY", ())
        await intake.take(*raw)

    alone = await record(intake)
    for part, rows in alone.items():
        assert _doubted(part, in_batches[part]) == _doubted(part, rows)
