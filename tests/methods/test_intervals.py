"""Interval arithmetic on printed numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods.intervals import Interval, evaluate, gap, meet, point, printed


def interval(low: float, high: float) -> Interval:
    return Interval(Fraction(str(low)), Fraction(str(high)))


def ends(found: Interval) -> tuple[float, float]:
    return float(found.low), float(found.high)


def test_printed_number_stands_for_half_a_step_either_way() -> None:
    assert ends(printed(17, 1)) == (16.5, 17.5)
    assert printed(0.51, 0.01) == Interval(Fraction(505, 1000), Fraction(515, 1000))
    assert ends(printed(366, None)) == (366, 366)


# Worked by hand: x from 1 to 2, y from 3 to 5.
@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        ("x + y", 4, 7),
        ("x - y", -4, -1),
        ("-x", -2, -1),
        ("x * (y - 4)", -2, 2),
        ("y / x", 1.5, 5),
        ("x ** 3", 1, 8),
        ("(x - y) ** 2", 1, 16),
        ("(y - 4) ** 2", 0, 1),
        ("min(x, y, 1.5)", 1, 1.5),
        ("max(x, y - 2)", 1, 3),
        ("x ** 0", 1, 1),
        ("2 * x + 1", 3, 5),
    ],
)
def test_expression_over_intervals(expression: str, low: float, high: float) -> None:
    found = evaluate(expression, {"x": interval(1, 2), "y": interval(3, 5)})
    assert ends(found) == (low, high)


def test_division_by_what_may_be_nothing_is_refused() -> None:
    with pytest.raises(MethodError, match="cannot be 0"):
        evaluate("1 / x", {"x": interval(-1, 1)})
    with pytest.raises(MethodError, match="cannot be 0"):
        evaluate("1 / (x - x)", {"x": point(2)})


@pytest.mark.parametrize("expression", ["x ** 0.5", "x ** -1", "2 ** x"])
def test_power_that_is_no_known_whole_number_is_refused(expression: str) -> None:
    with pytest.raises(MethodError, match="whole number"):
        evaluate(expression, {"x": interval(1, 2)})


def test_name_without_a_number_is_refused() -> None:
    with pytest.raises(MethodError, match="one of x"):
        evaluate("x + z", {"x": point(1)})


def test_low_end_above_the_high_one_is_refused() -> None:
    with pytest.raises(MethodError, match="swap"):
        interval(2, 1)


@pytest.mark.parametrize(
    "expression",
    ["__import__('os')", "x.real", "x if x else 1", "[x]", "x < 1", "'a'", "abs(x)", "x +", "True"],
)
def test_anything_but_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="expression"):
        evaluate(expression, {"x": point(1)})


def test_rounded_numbers_that_only_touch_have_none_in_common() -> None:
    # 1.5 rounds to 2, so that no number is printed both as 1 and as 2.
    assert not meet(printed(1, 1), printed(2, 1))
    assert gap(printed(1, 1), printed(2, 1)) == 0
    assert meet(printed(1, 1), point(1.5))
    assert meet(printed(1, 1), interval(1.4, 3))


def test_gap_is_the_least_distance() -> None:
    assert gap(interval(1, 2), interval(5, 6)) == 3
    assert gap(interval(5, 6), interval(1, 2)) == 3
    assert gap(interval(1, 3), interval(2, 6)) == 0


numbers = st.integers(-50, 50).map(lambda n: n / 10)


@settings(max_examples=60, deadline=None)
@given(numbers, numbers, numbers, numbers, st.floats(0, 1), st.floats(0, 1))
def test_every_value_lies_within(
    a: float, b: float, c: float, d: float, s: float, t: float
) -> None:
    x, y = interval(min(a, b), max(a, b)), interval(min(c, d), max(c, d))
    inside = [one.low + (one.high - one.low) * Fraction(str(at)) for one, at in ((x, s), (y, t))]
    points = {"x": point(inside[0]), "y": point(inside[1])}
    for expression in (
        "x + y",
        "x - y",
        "x * y",
        "x ** 2 - y",
        "min(x, y) * 3",
        "x / (y ** 2 + 1)",
    ):
        wide, exact = evaluate(expression, {"x": x, "y": y}), evaluate(expression, points)
        assert wide.low <= exact.low <= wide.high
