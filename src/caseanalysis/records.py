"""Strict loading of hand-written records, YAML and CSV, with the line of every fault."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from caseanalysis.errors import RecordError


class Record(BaseModel):
    """A record that takes no unknown key, converts nothing it is not told to, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


R = TypeVar("R", bound=Record)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like a misspelt one, or None where none is near."""
    matches = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return matches[0] if matches else None


def load_yaml(path: Path, model: type[R]) -> R:
    """Return the record that a YAML file holds.

    Raises
    ------
    RecordError
        If the file is missing, is not YAML, repeats a key, or breaks the schema; the message
        names the file and the line.
    """
    tree = _parse_yaml(path)
    try:
        return model.model_validate(_plain(tree))
    except ValidationError as error:
        raise _first_fault(error, path, model, lambda at: _yaml_line(tree, at)) from None


def load_yaml_list(path: Path, model: type[R], *, name: str, key: str) -> list[R]:
    """Return the records of a YAML file that holds one list, checked for a repeated key.

    Raises
    ------
    RecordError
        If the file is missing, is not YAML, holds anything but the list of that name, a record
        breaks the schema, or two have the same key; the message names the file and the line.
    """
    tree = _parse_yaml(path)
    entries = tree.get(name)
    if list(tree) != [name] or not isinstance(entries, CommentedSeq):
        raise RecordError(
            where=f"{path}, line 1",
            found=f"the keys {', '.join(map(str, tree))}" if list(tree) != [name] else "no list",
            wanted=f"one list, {name}",
            remedy=f"put every record under {name}:, each with a dash before it",
        )
    records: list[R] = []
    seen: dict[tuple[object, ...], int] = {}
    for position, entry in enumerate(entries):
        record = _validate_entry(path, tree, (name, position), entry, model)
        line = _yaml_line(tree, (name, position))
        _require_new(path, line, record, (key,), seen)
        records.append(record)
    return records


def load_csv(path: Path, model: type[R], *, key: Sequence[str]) -> list[R]:
    """Return the records that a CSV file holds, one a row, checked for a repeated key.

    An empty cell is None. Columns are those of the model, in any order; one that the model has a
    default for may be left out.

    Raises
    ------
    RecordError
        If the file is missing, its columns are not the model's, a row breaks the schema, or two
        rows have the same key; the message names the file and the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_columns(path, reader.fieldnames or (), model)
            numbered = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    records: list[R] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, row in numbered:
        record = _validate_row(path, line, row, model)
        _require_new(path, line, record, key, seen)
        records.append(record)
    return records


def _require_new(
    path: Path,
    line: int,
    record: Record,
    key: Sequence[str],
    seen: dict[tuple[object, ...], int],
) -> None:
    """Refuse a key that was seen before; remember it otherwise."""
    identity = tuple(getattr(record, name) for name in key)
    if identity in seen:
        shown = ", ".join(f"{name} = {value!r}" for name, value in zip(key, identity, strict=True))
        raise RecordError(
            where=f"{path}, line {line}",
            found=f"{shown}, as on line {seen[identity]}",
            wanted="each key once",
            remedy="remove or rename one of the two",
        )
    seen[identity] = line


def _validate_entry(
    path: Path, tree: CommentedMap, place: Sequence[str | int], entry: Any, model: type[R]
) -> R:
    try:
        return model.model_validate(_plain(entry))
    except ValidationError as error:
        raise _first_fault(error, path, model, lambda at: _yaml_line(tree, [*place, *at])) from None


def _validate_row(path: Path, line: int, row: Mapping[str | None, Any], model: type[R]) -> R:
    if None in row or None in row.values():
        raise RecordError(
            where=f"{path}, line {line}",
            found="more or fewer cells than the header has columns",
            wanted=f"{sum(name is not None for name in row)} cells",
            remedy="quote a cell that holds a comma",
        )
    cells = {str(name): (cell if cell.strip() else None) for name, cell in row.items()}
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        raise _first_fault(error, path, model, lambda _: line) from None


def _check_columns(path: Path, found: Sequence[str], model: type[Record]) -> None:
    wanted = set(model.model_fields)
    for name in found:
        if name not in wanted or list(found).count(name) > 1:
            raise RecordError(
                where=f"{path}, line 1",
                found=f"column {name!r}" + (" twice" if name in wanted else ""),
                wanted=f"the columns {', '.join(model.model_fields)}",
                remedy=_suggestion(name, wanted - {name}),
            )
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    missing = [name for name in required if name not in found]
    if missing:
        raise RecordError(
            where=f"{path}, line 1",
            found=f"no column {missing[0]!r}",
            wanted=f"the columns {', '.join(model.model_fields)}",
            remedy="add the column, empty where it is not known",
        )


def _parse_yaml(path: Path) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise RecordError(
            where=f"{path}, line {line}",
            found=str(error.problem).split(" with value")[0],
            wanted="each key once",
            remedy="remove one of the two",
        ) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise RecordError(
            where=f"{path}, line {line}",
            found=str(error.problem or error.context),
            wanted="YAML",
            remedy="mend the indentation or quoting there",
        ) from None
    except YAMLError as error:
        raise _unreadable(path, error) from error
    if not isinstance(tree, CommentedMap):
        raise RecordError(
            where=f"{path}, line 1",
            found="no keys",
            wanted="a record of keys and values",
            remedy="see the records of the same kind beside it",
        )
    return tree


def _unreadable(path: Path, error: Exception) -> RecordError:
    found = "no such file" if isinstance(error, FileNotFoundError) else str(error)
    return RecordError(
        where=str(path),
        found=found,
        wanted="a readable UTF-8 file",
        remedy="restore the file or mend its encoding",
    )


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _yaml_line(tree: CommentedMap, location: Sequence[str | int]) -> int:
    node: Any = tree
    line: int = 0
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return line + 1


def _first_fault(
    error: ValidationError, path: Path, model: type[Record], line_of: Any
) -> RecordError:
    # A misspelt key is also a missing one; the misspelling is what the user can see and mend.
    faults = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    fault = faults[0]
    location = [step for step in fault["loc"] if not str(step).startswith("function-")]
    name = ".".join(str(step) for step in location) or "the record"
    remedy = "mend it there"
    if fault["type"] == "extra_forbidden":
        found, wanted = f"the unknown key {location[-1]!r}", "a key of the schema"
        remedy = _suggestion(str(location[-1]), _keys_at(model, location[:-1]))
    elif fault["type"] == "missing":
        found, wanted = f"no {name}", f"a value for {name}"
        remedy = "add the key"
    else:
        found = f"{name} = {fault['input']!r}" if _is_scalar(fault["input"]) else name
        wanted = fault["msg"].removeprefix("Value error, ")
    others = len(error.errors()) - 1
    return RecordError(
        where=f"{path}, line {line_of(location)}",
        found=found,
        wanted=wanted,
        remedy=remedy + (f" (and {others} more in this file)" if others else ""),
    )


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (Mapping, list, tuple, set, BaseModel))


def _keys_at(model: type[Record], location: Sequence[str | int]) -> list[str]:
    """Return the keys that the schema has at a place, following lists and nested records."""
    schema: dict[str, Any] = model.model_json_schema()
    node = schema
    for step in location:
        node = _resolve(node, schema)
        node = node.get("items", {}) if isinstance(step, int) else _property(node, step)
    return list(_resolve(node, schema).get("properties", {}))


def _property(node: dict[str, Any], step: str) -> dict[str, Any]:
    found: dict[str, Any] = node.get("properties", {}).get(
        step, node.get("additionalProperties", {})
    )
    return found


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            node = option
            break
    if "$ref" in node:
        resolved: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return resolved
    return node


def _suggestion(name: str, names: Iterable[str]) -> str:
    like = nearest(name, names)
    return f"did you mean {like!r}?" if like else "remove it"
