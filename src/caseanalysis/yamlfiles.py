"""YAML files as plain values, and the line of each key where a fault has to be told.

A file is read by the parser of libyaml, which is some fifteen times as fast as one that keeps line
numbers, with the rules of YAML 1.2 for plain words: ``no`` is a word, ``1_000`` is one too. Only
where something is wrong is it read again, for the place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from caseanalysis.errors import RecordError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader of libyaml, which takes no key twice and no word for a number or a truth."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise ConstructorError("a mapping", node.start_mark, "a key twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


# The core schema of YAML 1.2, with the dates that it leaves to the application.
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def _whole(loader: Any, node: Any) -> int:
    text = str(loader.construct_scalar(node))
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text, base)


def _decimal(loader: Any, node: Any) -> float:
    return float(
        str(loader.construct_scalar(node)).lower().replace(".inf", "inf").replace(".nan", "nan")
    )


_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read_tree(path: Path) -> dict[str, Any]:
    """Return what a YAML file of keys and values holds; not to be changed by the caller.

    Raises
    ------
    RecordError
        If the file is missing, is not YAML, repeats a key, or holds anything but a mapping; the
        message names the file and the line.
    """
    try:
        status = path.stat()
        return _read_tree(path, status.st_mtime_ns, status.st_size, status.st_ino)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


@lru_cache(maxsize=512)
def _read_tree(path: Path, changed: int, size: int, inode: int) -> dict[str, Any]:
    """Return the tree of a file, read once for each of its states."""
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, TypeError):
        tree = None
    if isinstance(tree, dict):
        return {str(key): value for key, value in _plain(tree).items()}
    _with_lines(path)
    raise RecordError(
        where=f"{path}, line 1",
        found="no keys",
        wanted="a record of keys and values",
        remedy="see the records of the same kind beside it",
    )


def _plain(node: Any) -> Any:
    """Return a tree whose keys are text."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def line_of(path: Path, location: Sequence[str | int]) -> int:
    """Return the line, from 1, of a key or an item; else of the last one on the way to it."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    node: Any = _with_lines(path)
    line = 0
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return line + 1


def _with_lines(path: Path) -> Any:
    """Return the tree of a file with line numbers, or raise what is wrong with it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except DuplicateKeyError as error:
        raise RecordError(
            where=f"{path}, line {_line(error)}",
            found=str(error.problem).split(" with value")[0].removeprefix("found "),
            wanted="each key once",
            remedy="remove one of the two",
        ) from None
    except MarkedYAMLError as error:
        raise RecordError(
            where=f"{path}, line {_line(error)}",
            found=str(error.problem or error.context).removeprefix("found "),
            wanted="YAML",
            remedy="mend the indentation or quoting there",
        ) from None
    except YAMLError as error:
        raise unreadable(path, error) from error


def _line(error: Any) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 0


def unreadable(path: Path, error: Exception) -> RecordError:
    """Return the error of a file that cannot be read at all."""
    found = "no such file" if isinstance(error, FileNotFoundError) else str(error)
    return RecordError(
        where=str(path),
        found=found,
        wanted="a readable UTF-8 file",
        remedy="restore the file or mend its encoding",
    )
