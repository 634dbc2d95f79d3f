"""What a command of the command line left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """The exit code of a command and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]
