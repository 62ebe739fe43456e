"""Secrets that come from files: a secret's variable with `_FILE` behind it names the file that holds it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

BEHIND = "_FILE"


class WrongSetting(Exception):
    """A setting names something that cannot be used. The message names the variable, and no secret."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the files that hold secrets. Raises WrongSetting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file of a secret, without the line's end; None where no file is named."""
        variable = f"{self.config['env_prefix']}{field_name}".upper()
        path = os.environ.get(variable + BEHIND)
        if not path or SecretStr not in (field.annotation, *get_args(field.annotation)):
            return None, field_name, False
        if os.environ.get(variable):
            raise WrongSetting(f"{variable} and {variable}{BEHIND} are both set. Set one of them.")
        return content(variable + BEHIND, Path(path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """The secrets that files hold, by name of the setting."""
        fields = self.settings_cls.model_fields.items()
        found = ((name, self.get_field_value(field, name)[0]) for name, field in fields)
        return {name: value for name, value in found if value is not None}


def content(variable: str, path: Path) -> str:
    """What a file that a variable names holds. Raises WrongSetting where it cannot be read, or is empty."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongSetting(f"{variable} names {path}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise WrongSetting(f"{variable} names {path}, which is not text.") from None
    if not text:
        raise WrongSetting(f"{variable} names {path}, which is empty.")
    return text
