"""The wheel works by itself: built, unpacked outside the checkout, and run from there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from deploy.cli.options import ONLY_IN_THE_DEMO

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our packages alone, as an installation would have them; what they need comes from this environment."""
    built, site = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "--offline", "-q"]
    subprocess.run([*command, "--python", sys.executable, "-o", str(built), str(ROOT)], check=True)
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run(installed: Path, *words: str, without: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """`-I -S` keep the checkout out; dependencies are added after our own packages, but for those `without`
    which it shall run.
    """
    paths = [str(installed), sysconfig.get_path("purelib")]
    start = (
        f"import sys; sys.path[:0] = {paths!r}; sys.modules.update(dict.fromkeys({sorted(without)!r}));"
        f"from deploy.cli.main import app; app({list(words)!r})"
    )
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HOMEWARD_")}
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", start],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_given_the_wheel_when_looked_at_then_it_holds_the_six_packages_and_their_data(
    installed: Path,
) -> None:
    tops = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == set(PACKAGES)
    for kind in ("*.py", "*.sql", "*.yaml", "*.mjs", "*.json", "*.html"):
        here = {path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob(kind)}
        assert {path for path in here if not (installed / path).exists()} == set()


def test_given_the_wheel_when_help_is_asked_for_then_every_command_loads(installed: Path) -> None:
    listed = run(installed, "--help")
    assert listed.returncode == 0, listed.stderr
    for command in ("up", "token", "send", "replay", "report", "bench", "worker", "api", "mllp", "migrate"):
        assert f" {command} " in listed.stdout


def test_given_the_wheel_when_a_part_is_started_without_settings_then_it_says_what_it_needs(
    installed: Path,
) -> None:
    for command in ("worker", "api", "mllp", "migrate"):
        ended = run(installed, command, without=ONLY_IN_THE_DEMO)
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].startswith("HOMEWARD_"), ended.stderr


def test_given_an_installation_without_the_demo_when_the_stack_is_started_then_it_says_what_to_install(
    installed: Path, tmp_path: Path
) -> None:
    for words in (("up", "--data", str(tmp_path)), ("bench", "hl7", "--seconds", "0.1")):
        ended = run(installed, *words, without=ONLY_IN_THE_DEMO)
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].endswith("install homeward[demo]."), ended.stderr


def test_given_what_an_installation_needs_then_nothing_of_the_demo_is_among_it() -> None:
    needed, all_of_it = (
        {
            line.partition("==")[0].replace("-", "_")
            for line in (ROOT / "requirements" / name).open()
            if "==" in line
        }
        for name in ("base.txt", "dev.txt")
    )
    assert needed.isdisjoint(ONLY_IN_THE_DEMO)
    assert all_of_it >= ONLY_IN_THE_DEMO
