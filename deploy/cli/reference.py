"""`homeward reference`: the data that rules and lists are made of, and a site's changes. Needs no stack."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.options import AsJson, CannotGoOn, plainly

if TYPE_CHECKING:
    from discharge.reference.kind import Kind
    from discharge.reference.policy import Policy

reference = typer.Typer(
    name="reference",
    help="Show lead times, costs and other reference data, and check a site's changes.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--site",
        envvar="HOMEWARD_REFERENCE_DATA",
        help="Folder of a site's changes.",
    ),
]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="A day; today where none is given.")
]


@reference.command("list")
@plainly
def list_kinds(site: Folder = None, on: On = None, as_json: AsJson = False) -> None:
    """Every kind of reference data, and from which texts it is in force."""
    import json

    policy = _policy(site, on)
    known = {kind.name: list(policy[kind].marks) for kind in _kinds().values()}
    lines = (f"{name:<23} {'; '.join(marks)}" for name, marks in known.items())
    typer.echo(json.dumps(known, indent=2) if as_json else "\n".join(lines))


@reference.command()
@plainly
def show(
    name: Annotated[str, typer.Argument(metavar="KIND", help="A kind that `list` names.")],
    site: Folder = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """The rows of a kind that are in force on a day, with every key."""
    import json

    import yaml

    kinds = _kinds()
    if name not in kinds:
        raise CannotGoOn(f"{name} is not a kind of reference data: choose from {', '.join(kinds)}.")
    rows = {key: dict(fields) for key, fields in _policy(site, on)[kinds[name]].fields.items()}
    if as_json:
        typer.echo(json.dumps(rows, indent=2, default=str))
    else:
        typer.echo(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=100).rstrip())


@reference.command()
@plainly
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="A site's files of changes.")],
) -> None:
    """Whether a site's files can be used together; says of each which file, which key, and how to mend it."""
    from discharge.reference.files import DataInvalid, read_bytes
    from discharge.reference.policy import put_in_force
    from discharge.reference.site import parse_together

    _kinds()
    raws, unread = {}, []
    for path in paths:
        try:
            raws[path.name] = read_bytes(path)
        except DataInvalid as fault:
            unread.append(str(fault))
    found, faults = parse_together(raws, put_in_force)
    for file, held in found.items():
        typer.echo(f"{file}: {held.mark}")
    if unread or faults:
        raise CannotGoOn("\n".join([*unread, *faults.values()]))


def _kinds() -> dict[str, Kind[Any]]:
    from fhir_adapters.site_reference import EVERY_KIND

    return dict(EVERY_KIND)


def _policy(site: Path | None, on: datetime | None) -> Policy:
    from discharge.reference.policy import policy_on
    from fhir_adapters.site_reference import site_reference

    folder = site_reference(site)
    if folder.faults:
        raise CannotGoOn("\n".join(fault.why for fault in folder.faults))
    return policy_on(on.date() if on else date.today())  # noqa: DTZ011 - a person asks by the wall calendar
