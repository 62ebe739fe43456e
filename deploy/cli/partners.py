"""`homeward partners`: where messages go, and pausing a partner by hand, as the page *refused items* does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

partners = typer.Typer(name="partners", help="List partners, and pause or resume one.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="CODE, or CODE/hl7v2 where a partner is reached in two ways.")]
Why = Annotated[str, typer.Option("--reason", help="Why, so that others can follow the decision.")]
Org = Annotated[str, typer.Option(help="Code of the organisation that you act for.")]
TRUST = "RXH"


@partners.command("list")
@plainly
def list_them(
    org: Org = TRUST, data: Data = DEFAULT_DATA, port_offset: PortOffset = None, as_json: AsJson = False
) -> None:
    """Every partner, whether it accepts items, and the number of items that wait."""
    found = _found(org, data, port_offset)
    if as_json:
        import json

        typer.echo(json.dumps({"partners": found}, indent=2))
        return
    for each in found:
        safety = "encrypted" if each["encrypted"] else "not encrypted"
        typer.echo(
            f"{_name(each):<12}{each['state']:<8}{each['waiting']:>4} wait  "
            f"{safety}, sign-in: {each['sign_in']}  {each['organisation']}"
        )
        if each["state"] != "well":
            typer.echo(f"            since {each['since'][:19]}: {each['code']} ({each['reason']})")


@partners.command()
@plainly
def pause(
    partner: Which, reason: Why, org: Org = TRUST, data: Data = DEFAULT_DATA, port_offset: PortOffset = None
) -> None:
    """Send a partner nothing until it is resumed. What is for it waits, and nothing is lost."""
    _decide(partner, "off", reason, org, data, port_offset)
    typer.echo(f"{partner} is switched off. Its items wait until it is resumed.")


@partners.command()
@plainly
def resume(
    partner: Which, reason: Why, org: Org = TRUST, data: Data = DEFAULT_DATA, port_offset: PortOffset = None
) -> None:
    """Send to a partner again, whether a person switched it off or it rests after failures."""
    found = _named(partner, _found(org, data, port_offset))
    _decide(partner, "on" if found["state"] == "off" else "try", reason, org, data, port_offset)
    typer.echo(f"{partner} is tried again with its oldest item; the others follow once it is accepted.")


def _decide(partner: str, decision: str, reason: str, org: str, data: Path, port_offset: int | None) -> None:
    from deploy.cli.stack_access import bearer, pages_of, tell

    found = _named(partner, _found(org, data, port_offset))
    wanted = {"off": ("well", "paused"), "on": ("off",), "try": ("paused",)}[decision]
    if found["state"] not in wanted:
        now = {"well": "accepts items", "off": "is switched off already", "paused": "rests"}
        raise CannotGoOn(f"{partner} {now[found['state']]}. Nothing was changed.")
    url = f"{pages_of(data, port_offset)}/api/v1/partners/{found['partner_id']}/decision"
    tell(url, bearer(data, "operator", org), {"decision": decision, "reason": reason})


def _found(org: str, data: Path, port_offset: int | None) -> list[dict[str, Any]]:
    from deploy.cli.stack_access import ask_all, bearer, pages_of

    url = f"{pages_of(data, port_offset)}/api/v1/partners"
    body = ask_all(url, bearer(data, "operator", org), "partners")
    found: list[dict[str, Any]] = body["partners"]
    return found


def _named(partner: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """The one that is meant. Raises CannotGoOn."""
    for each in found:
        if partner in (_name(each), each["partner_id"]):
            return each
    raise CannotGoOn(f"There is no partner {partner}. There are: {', '.join(map(_name, found))}.")


def _name(partner: dict[str, Any]) -> str:
    also = "" if partner["transport"] == "fhir" else f"/{partner['transport']}"
    return f"{partner['organisation_code']}{also}"
