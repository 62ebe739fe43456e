"""What the judge says of what was found: a group below the least, or a survivor without a reason, fails."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.guards import score
from tests.guards.score import Found, Survivor, judge

DEAF = Survivor("room.guard", "if wall:", "if True:")
ROW = """
[[survivor]]
function = "room.guard"
reason = "Nobody can notice it."
changes = [{ was = "if wall:", becomes = "if True:" }]
"""


def found(noticed: int, survived: int) -> Found:
    return Found("room.py", Counter(killed=noticed, survived=survived), [DEAF] * survived)


@pytest.mark.parametrize(
    ("listed", "small", "fails", "said"),
    [
        (ROW, found(9, 1), 0, "small:"),
        (ROW, found(8, 2), 1, "Below 90 in a hundred: small."),
        ("", found(9, 1), 1, "1 breakages go unnoticed and are not in survivors.toml."),
        (ROW, found(10, 0), 0, "listed, but noticed or gone: room.guard"),
    ],
)
def test_given_what_was_found_then_each_group_is_held_to_the_least_and_each_survivor_to_its_reason(
    listed: str,
    small: Found,
    fails: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "survivors.toml").write_text(listed)
    each = {Path("large"): found(1000, 0), Path("small"): small}
    monkeypatch.setattr(score, "_found_in", lambda place: [each[place]])
    assert judge({str(place): place for place in each}, tmp_path / "survivors.toml") == fails
    assert said in capsys.readouterr().out
