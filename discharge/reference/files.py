"""Reading a data file: YAML of one mapping, each key once, checked, with faults that name file, key and mend.

Files that begin with a dot are somebody's editor at work, and are passed over.
"""

from pathlib import Path

import yaml

SUFFIXES = frozenset({".yaml", ".yml"})


class DataInvalid(ValueError):
    """A data file that cannot be used; the text names file, key and mend, one fault a line."""


class _OneOfEach(yaml.SafeLoader):
    """YAML that refuses a key given twice, of which the plain loader silently takes the last."""


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same in C, which reads all our files in a twentieth of a second instead of half of one, whenever a
    program starts; where a fault is, it says less well.
    """


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, str | int) and key in seen:
            line = key_node.start_mark.line + 1
            raise yaml.YAMLError(f"{key!r} is given twice, again in line {line}")
        seen.add(key if isinstance(key, str | int) else None)
    return loader.construct_mapping(node, deep=True)


_OneOfEach.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Quick.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parsed(file: str, raw: bytes, begins_with: str) -> dict[object, object]:
    """The mapping that a file holds; `begins_with` names its first keys. Raises `DataInvalid`."""
    try:
        data = _read(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        byte = f"byte {error.start + 1} is no UTF-8"
        raise DataInvalid(f"{file}: (whole file): {byte} - save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise DataInvalid(f"{file}: {_where(error)}: {_why(error)} - correct the YAML") from error
    if not isinstance(data, dict):
        raise DataInvalid(f"{file}: (whole file): holds no keys - begin with {begins_with}")
    return data


def _read(text: str) -> object:
    """What YAML holds; read again by the loader that says where a fault is. Raises `yaml.YAMLError`."""
    try:
        return yaml.load(text, Loader=_Quick)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return yaml.load(text, Loader=_OneOfEach)  # noqa: S506 - a safe loader


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"(line {mark.line + 1})" if mark else "(whole file)"


def _why(error: yaml.YAMLError) -> str:
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    return ", ".join(part for part in parts if part) or str(error)


def read_bytes(path: Path) -> bytes:
    """What stands in a file; raises `DataInvalid`."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"cannot be read ({error.strerror}) - {_HELP.get(type(error), 'see to the file')}"
        raise DataInvalid(f"{path.name}: (whole file): {why}") from None


_HELP: dict[type[OSError], str] = {
    FileNotFoundError: "look at the path",
    IsADirectoryError: "name a file in it",
    PermissionError: "let this program read it",
}


def data_files(folder: Path, what: str = "data files") -> list[Path]:
    """The data files of a folder, in order. Raises `DataInvalid` without a folder; `what` should be in it."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise DataInvalid(
            f"{folder.name}: (folder of {what}): cannot be read ({error.strerror}) - correct the path"
        ) from None
    return [path for path in found if path.suffix in SUFFIXES and not path.name.startswith(".")]
