"""From what a client sends to the command that it means and what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.commands.schemas import MODELS, REQUESTS, CommandContext, CommandRequest
from api.web.body_faults import BodyInvalid, faults_of
from discharge.cases.commands import COMMAND, Command


def read_command(body: Mapping[str, Any]) -> tuple[Command, CommandContext]:
    """The command in a JSON object and what it carries. Raises invalid-body, naming every field that does not
    fit, and no value.
    """
    try:
        return split(CommandRequest.model_validate(body))
    except ValidationError as error:
        raise BodyInvalid(faults_of(error.errors(include_input=False, include_context=False))) from None


def split(request: CommandRequest) -> tuple[Command, CommandContext]:
    """The command and what it carries; where it has a field of its own called reason, that is meant."""
    sent: CommandContext = request.root
    kind = next(kind for kind, model in REQUESTS.items() if type(sent) is model)
    given = {name: getattr(sent, name) for name in sent.model_fields_set}
    own = MODELS[kind].model_fields
    command = COMMAND.validate_python({name: given[name] for name in given if name in own})
    beside = {name: value for name, value in given.items() if name not in own}
    return command, CommandContext(**beside)
