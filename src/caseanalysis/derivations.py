"""Derivations: what follows from the numbers that a case printed, as records."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from caseanalysis.case import PrintedUnit, case_folder, load_claims
from caseanalysis.errors import RecordError
from caseanalysis.records import CheckedRecord, Record, load_yaml_list, nearest

#: What an expression is made of: names, numbers, + - * / **, min, max and brackets.
_NODES = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.USub, ast.Name, ast.Load, ast.Constant),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Call),
)
FUNCTIONS = ("min", "max")


def parse(expression: str) -> ast.expr:
    """Return the tree of an arithmetic expression; nothing is ever run as code.

    Raises
    ------
    ValueError
        If it is no expression, or holds more than names, numbers, ``+ - * / **``, brackets and
        the functions ``min`` and ``max``.
    """
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"an arithmetic expression, not {expression!r}") from error
    for node in ast.walk(tree):
        if not isinstance(node, _NODES) or _odd(node):
            raise ValueError(
                f"an expression of names, numbers, + - * / **, min and max, not {expression!r}"
            )
    return tree.body


def _odd(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) not in (int, float)
    if isinstance(node, ast.Call):
        plain = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        return not plain or bool(node.keywords) or not node.args
    return False


def names_in(expression: str) -> set[str]:
    """Return the names that an expression uses."""
    tree = parse(expression)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {*FUNCTIONS}


class DerivationInput(Record):
    """A number that a derivation uses: a claim's, another that is printed, or one known anyway.

    Without a claim, ``value`` with its ``step`` (none for an exact one), or ``low`` and ``high``;
    ``source`` then says where it is printed or why it is known.
    """

    claim: str | None = None
    value: float | None = None
    step: float | None = Field(default=None, gt=0)
    low: float | None = None
    high: float | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.claim is not None, self.value is not None, self.low is not None)
        if sum(ways) != 1 or (self.low is None) != (self.high is None):
            raise ValueError("either a claim, or a value, or low and high")
        if (self.claim is None) == (self.source is None):
            raise ValueError("a source for a number that is not a claim's, and only then")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low <= high")
        return self


class Derivation(CheckedRecord):
    """What follows from numbers that the case printed, and what it printed beside that.

    ``formula`` and ``printed`` are arithmetic over the names of the inputs, percentages as shares.
    What follows must stand in the ``relation`` to what is printed. ``disputes`` are the claims that
    fall where it does not; without any, those in ``printed``. ``reason`` is an inference.
    """

    id: str = Field(pattern=r"^[a-z0-9]+-d\d{2}$")
    area: str
    kind: Literal[
        "total does not add",
        "percentage contradicts the sentence",
        "same quantity twice",
        "caption against text",
        "saving not from its inputs",
        "comparator of another year",
        "figure cited for what it does not show",
        "impossible rate",
    ]
    statement: str
    inputs: dict[str, DerivationInput] = Field(min_length=1)
    formula: str
    relation: Literal["equal", "above", "below", "at least", "at most", "printed nowhere"]
    printed: str | None = None
    unit: PrintedUnit
    period: str
    disputes: tuple[str, ...] = ()
    reason: str

    @field_validator("formula", "printed")
    @classmethod
    def _parses(cls, expression: str | None) -> str | None:
        names_in(expression or "0")
        return expression

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.printed is None) != (self.relation == "printed nowhere"):
            raise ValueError("what is printed, or the relation `printed nowhere`")
        used = names_in(self.formula) | names_in(self.printed or "0")
        if used != set(self.inputs):
            odd = ", ".join(sorted(used ^ set(self.inputs)))
            raise ValueError(f"each input used and each name an input; mend {odd}")
        return self

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """Claims among the inputs, each once, in their order."""
        claims = (given.claim for given in self.inputs.values() if given.claim)
        return tuple(dict.fromkeys(claims))

    @property
    def disputed_ids(self) -> tuple[str, ...]:
        """Claims that fall where the relation does not hold."""
        printed = names_in(self.printed or "0")
        claims = (given.claim for name, given in self.inputs.items() if name in printed)
        return self.disputes or tuple(claim for claim in claims if claim)


def load_derivations(name: str, root: Path | None = None) -> list[Derivation]:
    """Return the derivations of a case, in order; an empty list where it has none.

    Raises
    ------
    RecordError
        If ``derivations.yaml`` breaks the schema, or names a claim that the case does not have.
    """
    path = case_folder(name, root) / "derivations.yaml"
    if not path.is_file():
        return []
    records = load_yaml_list(path, Derivation, name="derivations", key="id")
    known = {claim.id for claim in load_claims(name, root)}
    for record in records:
        unknown = sorted({*record.claim_ids, *record.disputes} - known)
        if unknown:
            like = nearest(unknown[0], known)
            raise RecordError(
                where=f"{path}, derivation {record.id}",
                found=f"the claim {unknown[0]!r}",
                wanted="claims of the case's claims.csv",
                remedy=f"did you mean {like!r}?" if like else "add the claim",
            )
    return records
