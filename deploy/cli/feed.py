"""`homeward feed`: feed profiles, and what a trust's own messages would become with one. Needs no stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import AsJson, CannotGoOn, plainly

if TYPE_CHECKING:
    from fhir_adapters.feeds.book import ProfileBook
    from fhir_adapters.feeds.check import Report, SampleFile
    from fhir_adapters.feeds.profile import Profile

feed = typer.Typer(
    name="feed", help="Show feed profiles, and check sample messages with one.", no_args_is_help=True
)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--profiles",
        envvar="HOMEWARD_FEED_PROFILES",
        help="Folder of feed profiles besides the built-in ones.",
    ),
]


@feed.command("list")
@plainly
def list_profiles(profiles: Folder = None, as_json: AsJson = False) -> None:
    """Every feed profile in every version, with the day from which it counts."""
    import json

    known = [
        {
            "name": each.name,
            "version": each.version,
            "effective_from": each.effective_from.isoformat(),
            "title": each.title,
        }
        for each in _book(profiles)
    ]
    lines = (
        f"{row['name']:<14} {row['version']:>3}  {row['effective_from']}  {row['title']}" for row in known
    )
    typer.echo(json.dumps(known, indent=2) if as_json else "\n".join(lines))


@feed.command()
@plainly
def show(
    name: Annotated[str, typer.Argument(help="A profile's name, NAME@VERSION, or the path of its file.")],
    profiles: Folder = None,
    as_json: AsJson = False,
) -> None:
    """One feed profile with every key, and the source of each deviation."""
    import json

    import yaml

    profile = _profile(name, profiles)
    values = _plain(profile.model_dump())
    if as_json:
        typer.echo(json.dumps(values, indent=2))
    else:
        typer.echo(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100).rstrip())


@feed.command()
@plainly
def check(
    name: Annotated[
        str, typer.Argument(metavar="PROFILE", help="A profile's name, or the path of its file.")
    ],
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Message files, or folders of them.")],
    threshold: Annotated[
        float, typer.Option(help="Per cent of messages that may be parked, rejected or hold unmapped values.")
    ] = 0.0,
    live: Annotated[
        list[str] | None, typer.Option(help="A processing id (MSH-11) that counts as live in this check.")
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show every value, even one that may be about a person.")
    ] = False,
    each: Annotated[bool, typer.Option("--each", help="Show the result for every message.")] = False,
    profiles: Folder = None,
    as_json: AsJson = False,
) -> None:
    """What these messages would become with a profile. Exit code 1 where too many would be in trouble."""
    from fhir_adapters.feeds.check import check_feed

    profile = _profile(name, profiles)
    if live:
        every = profile.live_processing_ids | {each.upper() for each in live}
        profile = profile.model_copy(update={"live_processing_ids": every})
    report = check_feed(_samples(paths), profile, show_values=show_values, each=each)
    if not report.messages:
        raise CannotGoOn(f"There is no message in {', '.join(map(str, paths))}.")
    typer.echo(report.model_dump_json(indent=2)) if as_json else _print(report)
    if not report.passes(threshold):
        raise typer.Exit(1)


def _book(folder: Path | None) -> ProfileBook:
    from fhir_adapters.feeds.profile_loader import profiles_with

    return profiles_with(folder)


def _profile(name: str, folder: Path | None) -> Profile:
    from difflib import get_close_matches

    from discharge.reference.files import SUFFIXES
    from fhir_adapters.feeds.profile_loader import load_profile

    path = Path(name)
    if path.suffix in SUFFIXES:
        return load_profile(path)
    if path.is_dir():
        raise CannotGoOn(f"{name} is a folder. Name the file of one profile in it.")
    book = _book(folder)
    name, _, version = name.partition("@")
    if name not in book:
        near = get_close_matches(name, book.names, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise CannotGoOn(f"There is no profile {name}.{meant} There are: {', '.join(book.names)}.")
    versions = {str(each.version): each for each in book.versions(name)}
    if version and version not in versions:
        raise CannotGoOn(f"There is no version {version} of {name}. There are: {', '.join(versions)}.")
    return versions[version] if version else book.newest(name)


def _plain(value: object) -> object:
    """Values as YAML and JSON know them, in an order that stays: what is shown can be a file of its own."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _samples(paths: list[Path]) -> Iterator[SampleFile]:
    from fhir_adapters.feeds.check import SampleFile
    from fhir_adapters.hl7v2.send.mllp_client import message_files

    try:
        files, _ = message_files(paths)
        for path in files:
            yield SampleFile(path.name, path.read_bytes())
    except FileNotFoundError as missing:
        raise CannotGoOn(f"There is no {missing}.") from None
    except OSError as error:
        raise CannotGoOn(f"{error.filename} cannot be read ({error.strerror}).") from None


def _print(report: Report) -> None:
    from deploy.cli.feed_words import lines

    typer.echo("\n".join(lines(report)))
