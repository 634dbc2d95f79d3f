from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import demand

YEARS = {"base_label": "2023", "horizon_label": "2033"}


@pytest.fixture
def growth() -> pd.DataFrame:
    return pd.DataFrame(
        [("Trust A", "0-64", 20_000, 19_000, -0.05), ("Trust A", "65+", 10_000, 14_600, 0.46),
         ("Trust B", "0-64", 8_000, 8_160, 0.02), ("Trust B", "65+", 5_000, 7_000, 0.40)],
        columns=["trust_name", "age_group", "base", "horizon", "growth"],
    )  # fmt: skip


@pytest.fixture
def parts() -> pd.DataFrame:
    changes = {"size": 300.0, "age structure": 500.0, "interaction": -50.0, "total": 750.0}
    return pd.DataFrame(
        [(trust, factor, change * share)
         for trust, share in [("Trust A", 1.0), ("Trust B", 0.5)]
         for factor, change in changes.items()],
        columns=["trust_name", "factor", "change"],
    )  # fmt: skip


def test_one_panel_a_trust_with_two_bars_an_age_band(growth: pd.DataFrame) -> None:
    axes = demand.plot_growth_by_age(growth, **YEARS)
    assert [ax.get_title(loc="left") for ax in axes] == ["Trust A", "Trust B"]
    assert sorted(bar.get_width() for bar in axes[0].patches) == [10_000, 14_600, 19_000, 20_000]
    assert axes[0].get_xlim() == axes[1].get_xlim()


def test_the_change_is_written_beside_the_bars(growth: pd.DataFrame, overlaps) -> None:
    before = growth.copy(deep=True)
    axes = demand.plot_growth_by_age(growth, **YEARS)
    assert {"−5%", "+46%"} <= {text.get_text() for text in axes[0].texts}
    assert overlaps(axes[0].figure) == []
    pd.testing.assert_frame_equal(growth, before)


def test_growth_alt_text_names_most_and_least(growth: pd.DataFrame) -> None:
    text = demand.describe_growth_by_age(growth, **YEARS)
    assert "Ages 65+ in Trust A grow most: +46%, from 10,000 in 2023 to 14,600 in 2033" in text
    assert "The least is −5% at ages 0-64 in Trust A" in text
    assert 40 <= len(text) <= 400


def test_steps_start_where_the_one_before_ends_and_the_total_starts_at_zero(
    parts: pd.DataFrame,
) -> None:
    ax = demand.plot_decomposition(parts)[0]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    # 300, then 500 more, then 50 less, then the whole.
    assert ends == [(0, 300), (300, 800), (800, 750), (0, 750)]


def test_a_decrease_is_hatched_and_every_step_has_its_number(parts: pd.DataFrame, overlaps) -> None:
    axes = demand.plot_decomposition(parts)
    assert [bool(bar.get_hatch()) for bar in axes[0].patches] == [False, False, True, False]
    assert {"+300", "+500", "−50", "+750"} <= {text.get_text() for text in axes[0].texts}
    assert overlaps(axes[0].figure) == []


def test_steps_need_no_key_and_the_total_is_the_last(parts: pd.DataFrame) -> None:
    births = parts.iloc[:1].assign(factor="births", change=10.0)
    ax = demand.plot_decomposition(pd.concat([parts, births]))[0]
    assert ax.figure.legends == []
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[-2:] == ["Births", "Total"]


def test_decomposition_alt_text_names_the_greatest_part_and_the_totals(
    parts: pd.DataFrame,
) -> None:
    text = demand.describe_decomposition(parts)
    assert "The greatest part of the change is age structure in Trust A: +500" in text
    assert "Totals: Trust A +750 and Trust B +375." in text
    assert 40 <= len(text) <= 400


def test_panels_can_be_areas(parts: pd.DataFrame) -> None:
    areas = parts.rename(columns={"trust_name": "area_name"})
    assert len(demand.plot_decomposition(areas, by="area_name")) == 2


def test_four_panels_stand_in_two_rows_of_two_each_with_its_numbers(
    growth: pd.DataFrame, overlaps
) -> None:
    four = pd.concat([growth, growth.replace({"trust_name": {"Trust A": "C", "Trust B": "D"}})])
    axes = demand.plot_growth_by_age(four, **YEARS)
    lefts = [round(ax.get_position().x0, 2) for ax in axes]
    assert lefts[0] == lefts[2] < lefts[1] == lefts[3]
    assert all(ax.get_xticklabels()[0].get_visible() for ax in axes)
    assert overlaps(axes[0].figure) == []


@pytest.fixture
def paths() -> pd.DataFrame:
    rows = [
        (activity, year, base * (1 + step), base * (1 + step), base, base * (1 + 3 * step))
        for activity, base in (("emergency admissions", 100_000.0), ("bed days", 600_000.0))
        for year, step in ((2023, 0.0), (2028, 0.05), (2033, 0.1))
    ]
    return pd.DataFrame(rows, columns=["activity", "year", "path", "value", "lower", "upper"])


def test_path_has_a_panel_an_activity_and_the_numbers_of_the_last_year(
    paths: pd.DataFrame, overlaps
) -> None:
    before = paths.copy(deep=True)
    axes = demand.plot_paths(paths)
    assert [ax.get_title(loc="left") for ax in axes] == ["Emergency admissions", "Bed days"]
    written = [text.get_text() for text in axes[0].texts]
    assert "110,000" in written and "130,000" in written
    assert all(ax.get_ylim()[0] == 0 for ax in axes)
    assert overlaps(axes[0].figure) == []
    pd.testing.assert_frame_equal(paths, before)


def test_path_alt_text_gives_each_activity_with_its_interval(paths: pd.DataFrame) -> None:
    text = demand.describe_paths(paths)
    assert "emergency admissions 110,000 (100,000 to 130,000)" in text
    assert "+10% by the central assumptions" in text
    assert 40 <= len(text) <= 400


def test_decomposition_may_be_of_shares(parts: pd.DataFrame) -> None:
    shares = parts.assign(change=parts["change"] / 1000)
    axes = demand.plot_decomposition(shares, shares=True)
    assert "+75.0%" in [text.get_text() for text in axes[0].texts]
    assert "age structure in Trust A: +50.0%" in demand.describe_decomposition(shares, shares=True)


def test_flows_stack_the_trusts_of_each_area(overlaps) -> None:
    table = pd.DataFrame(
        [("North", "Trust A", 900.0), ("North", "Trust B", 100.0), ("South", "Trust B", 400.0)],
        columns=["area_name", "trust_name", "value"],
    )
    ax = demand.plot_flows(table, label="Admissions a year")
    assert [text.get_text() for text in ax.texts] == ["1,000", "400", "Trust A", "Trust B"]
    # Trust B is written where it has the most room, which is in the South.
    assert [text.get_position() for text in ax.texts[2:]] == [(450, 0), (200, 1)]
    assert sorted(bar.get_width() for bar in ax.patches) == [0, 100, 400, 900]
    assert overlaps(ax.figure) == []
    text = demand.describe_flows(table, label="Admissions a year")
    assert "from North to Trust A: 900" in text and "Trust B 500" in text
