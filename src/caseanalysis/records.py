"""Strict loading of hand-written records, YAML and CSV, with the line of every fault."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from caseanalysis.errors import RecordError
from caseanalysis.yamlfiles import line_of, read_tree, unreadable


class Record(BaseModel):
    """A record that takes no unknown key, converts nothing it is not told to, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CheckedRecord(Record):
    """A record that may name who, besides those who wrote it, checked it, and when."""

    checker: str | None = None
    checked_on: date | None = None


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
    try:
        return model.model_validate(read_tree(path))
    except ValidationError as error:
        raise _first_fault(error, path, model, lambda at: line_of(path, at)) from None


def load_yaml_list(path: Path, model: type[R], *, name: str, key: str) -> list[R]:
    """Return the records of a YAML file that holds one list, checked for a repeated key.

    Raises
    ------
    RecordError
        If the file is missing, is not YAML, holds anything but the list of that name, a record
        breaks the schema, or two have the same key; the message names the file and the line.
    """
    tree = read_tree(path)
    entries = tree.get(name)
    if list(tree) != [name] or not isinstance(entries, list):
        raise RecordError(
            where=f"{path}, line 1",
            found=f"the keys {', '.join(map(str, tree))}" if list(tree) != [name] else "no list",
            wanted=f"one list, {name}",
            remedy=f"put every record under {name}:, each with a dash before it",
        )
    records: list[R] = []
    seen: dict[tuple[object, ...], int] = {}
    for position, entry in enumerate(entries):
        record = _validate_entry(path, (name, position), entry, model)
        _require_new(path, lambda at: line_of(path, (name, at)), position, record, (key,), seen)
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
        raise unreadable(path, error) from error
    records: list[R] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, row in numbered:
        record = _validate_row(path, line, row, model)
        _require_new(path, lambda at: at, line, record, key, seen)
        records.append(record)
    return records


def _require_new(
    path: Path,
    line_at: Callable[[int], int],
    place: int,
    record: Record,
    key: Sequence[str],
    seen: dict[tuple[object, ...], int],
) -> None:
    """Refuse a key that was seen before; remember its place otherwise."""
    identity = tuple(getattr(record, name) for name in key)
    if identity in seen:
        shown = ", ".join(f"{name} = {value!r}" for name, value in zip(key, identity, strict=True))
        raise RecordError(
            where=f"{path}, line {line_at(place)}",
            found=f"{shown}, as on line {line_at(seen[identity])}",
            wanted="each key once",
            remedy="remove or rename one of the two",
        )
    seen[identity] = place


def _validate_entry(path: Path, place: Sequence[str | int], entry: Any, model: type[R]) -> R:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise _first_fault(error, path, model, lambda at: line_of(path, [*place, *at])) from None


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
        wanted = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
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
