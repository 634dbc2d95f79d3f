"""Interval arithmetic on printed numbers: exact, in fractions, ends included."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from caseanalysis.derivations import parse
from caseanalysis.errors import MethodError


@dataclass(frozen=True)
class Interval:
    """Every number from ``low`` to ``high``."""

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise MethodError(
                where="interval",
                found=f"{float(self.low)} to {float(self.high)}",
                wanted="a low end that is not above the high one",
                remedy="swap the ends",
            )

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Interval) -> Interval:
        corners = [one * two for one in self.ends for two in other.ends]
        return Interval(min(corners), max(corners))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise MethodError(
                where="interval",
                found=f"a division by {float(other.low)} to {float(other.high)}",
                wanted="a divisor that cannot be 0",
                remedy="write the formula without that division",
            )
        return self * Interval(1 / other.high, 1 / other.low)

    def __pow__(self, other: Interval) -> Interval:
        exponent = other.low
        if other.low != other.high or exponent.denominator != 1 or exponent < 0:
            raise MethodError(
                where="interval",
                found=f"the power {float(other.low)} to {float(other.high)}",
                wanted="a whole number of at least 0, known exactly",
                remedy="write the formula with another power",
            )
        powers = [end ** int(exponent) for end in self.ends]
        if exponent % 2 == 0 and exponent > 0 and self.low <= 0 <= self.high:
            powers.append(Fraction(0))
        return Interval(min(powers), max(powers))

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The low and the high end."""
        return self.low, self.high

    @property
    def exact(self) -> bool:
        """Whether it holds one number only."""
        return self.low == self.high

    def scaled(self, factor: int | Fraction) -> Interval:
        """Return the interval times a number."""
        return self * point(Fraction(factor))


def point(value: float | Fraction) -> Interval:
    """Return the interval of one number, read as the decimal that a float shows."""
    exact = value if isinstance(value, Fraction) else Fraction(str(value))
    return Interval(exact, exact)


def printed(value: float, step: float | None) -> Interval:
    """Return what a printed number may stand for: half a step of its last digit either way."""
    half = Fraction(str(step)) / 2 if step is not None else Fraction(0)
    exact = Fraction(str(value))
    return Interval(exact - half, exact + half)


def gap(one: Interval, other: Interval) -> Fraction:
    """Return how far apart two intervals lie at the least; 0 where they meet or touch."""
    return max(Fraction(0), one.low - other.high, other.low - one.high)


def meet(one: Interval, other: Interval) -> bool:
    """Return whether one number lies in both.

    Of a rounded number the upper end is not reached, since it rounds to the next: two intervals
    that only touch have none in common, unless one of them is an exact number.
    """
    if one.exact or other.exact:
        return one.low <= other.high and other.low <= one.high
    return one.low < other.high and other.low < one.high


_OPERATORS: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., Fraction]] = {"min": min, "max": max}


def evaluate(expression: str, inputs: Mapping[str, Interval]) -> Interval:
    """Return what an arithmetic expression over named intervals can be.

    Parameters
    ----------
    expression : str
        Names, numbers, ``+ - * / **``, brackets, ``min`` and ``max``.
    inputs : Mapping of str to Interval
        An interval for each name.

    Returns
    -------
    Interval
        Holds every value that the expression takes; wider than that where a name stands in it
        twice.

    Raises
    ------
    MethodError
        If a name has no interval, a divisor may be 0, or a power is not a known whole number.
    """
    return _value(parse(expression), inputs)


def _value(node: ast.expr, inputs: Mapping[str, Interval]) -> Interval:
    match node:
        case ast.Constant(value=int() | float() as number):
            return point(number)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.UnaryOp(operand=operand):
            return -_value(operand, inputs)
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_value(left, inputs), _value(right, inputs))
        case ast.Call(func=ast.Name(id=name), args=args):
            known = [_value(one, inputs) for one in args]
            choose = _FUNCTIONS[name]
            return Interval(choose(one.low for one in known), choose(one.high for one in known))
    raise MethodError(
        where=f"the expression {ast.unparse(node)!r}",
        found="a name without a number",
        wanted=f"one of {', '.join(inputs)}",
        remedy="add the input, or mend the name",
    )
