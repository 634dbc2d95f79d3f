from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import funnel as drawn
from caseanalysis.methods import funnel

OPTIONS = {"denominator": "patients", "label": "Share of patients seen in time"}


def table(peers: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    sizes = rng.integers(300, 6000, 40)
    seen = rng.binomial(sizes, np.clip(rng.normal(0.7, 0.05, 40), 0, 1))
    seen[0] = sizes[0]
    units = pd.DataFrame({"org_code": [f"R{at:02}" for at in range(40)], "patients": sizes})
    found = funnel.funnel_limits(
        units.assign(seen=seen), key="org_code", numerator="seen", denominator="patients",
        kind="proportion",
    )  # fmt: skip
    kinds = ["trust"] * 2 + ["peers"] * peers + ["other"] * (38 - peers)
    names = [f"Hospital Number {at} NHS Foundation Trust" for at in range(40)]
    return found.assign(kind=kinds, org_name=names)


def plot(rows: pd.DataFrame):
    curves = funnel.curves(rows, denominator="patients")
    return drawn.plot_funnel(rows, curves=curves, size_label="Patients in the year", **OPTIONS)


def test_every_unit_is_drawn_and_kinds_differ_in_shape() -> None:
    ax = plot(table())
    dots = {(line.get_marker(), line.get_color()): len(line.get_xdata())
            for line in ax.lines if line.get_linestyle() == "None"}  # fmt: skip
    assert sum(dots.values()) == 40
    assert sorted(dots.values()) == [2, 6, 32]
    assert {marker for (marker, _), count in dots.items() if count == 6} == {"D"}


def test_average_and_both_pairs_of_limits_are_drawn() -> None:
    rows = table()
    lines = [line for line in plot(rows).lines if line.get_linestyle() != "None"]
    assert len(lines) == 5
    curves = funnel.curves(rows, denominator="patients")
    ends = {round(float(line.get_ydata()[-1]), 9) for line in lines}
    columns = ["centre", "lower_95", "upper_95", "lower_998", "upper_998"]
    assert ends == {round(float(curves[name].iloc[-1]), 9) for name in columns}


def test_trusts_are_named_and_peers_numbered_in_the_list_below() -> None:
    rows = table()
    ax = plot(rows)
    texts = {text.get_text().replace("\n", " ") for text in ax.texts}
    assert "Hospital Number 0 NHS Foundation Trust" in texts
    assert {str(number) for number in range(1, 7)} <= texts
    smallest = rows[rows["kind"].eq("peers")].sort_values("patients")["org_name"].iloc[0]
    listed = ax.get_xlabel().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert f"Numbered, the comparators: 1 {smallest}" in listed


def test_average_and_limits_are_named_at_their_ends_and_nothing_needs_a_key() -> None:
    ax = plot(table())
    texts = [text.get_text() for text in ax.texts]
    assert (texts.count("95% limit"), texts.count("99.8% limit")) == (2, 2)
    assert any(text.startswith("Average ") for text in texts)
    assert ax.figure.legends == []


@pytest.mark.parametrize("peers", [0, 6, 15])
def test_no_text_lies_on_another(peers: int, overlaps) -> None:
    assert overlaps(plot(table(peers)).figure) == []


def test_alt_text_says_where_the_trusts_lie() -> None:
    text = drawn.describe_funnel(table(), **OPTIONS)
    assert "for 40 units around" in text
    assert "Hospital Number 0 NHS Foundation Trust: 100.0%, above the limits of 99.8%." in text
    assert 40 <= len(text) <= 400


def test_without_trusts_the_title_counts_the_units_outside() -> None:
    rows = table().assign(kind="other")
    outside = int(rows["position"].ne("within").sum())
    title = plot(rows).get_title(loc="left").replace("\n", " ")
    assert title == f"{outside} of 40 units lie outside the limits of 95%"
