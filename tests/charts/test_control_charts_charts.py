from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import control_charts as drawn
from caseanalysis.errors import MissingDataError
from caseanalysis.methods import control_charts

STEADY = [0.82, 0.84, 0.80, 0.86, 0.84, 0.82, 0.86, 0.84, 0.80, 0.86, 0.84, 0.83]
LABEL = "Share of patients seen in time"


def series(name: str, values: list[float]) -> pd.DataFrame:
    months = pd.date_range("2021-04-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": months, "org_name": name, "share": values})


def chart(*tables: pd.DataFrame, **options: object) -> pd.DataFrame:
    return control_charts.xmr(
        pd.concat(tables),
        **{"value": "share", "unit": "share", "better": "higher", "by": ["org_name"],
           "target": 0.78, **options},
    )  # fmt: skip


@pytest.fixture
def table() -> pd.DataFrame:
    values = [*STEADY, *(value - 0.3 for value in STEADY), 0.95]
    rebases = pd.DataFrame(
        {"month": [pd.Timestamp("2022-04-01")], "reason": ["a second department opens"]}
    )
    return chart(series("Harbour Hospitals", values), rebases=rebases, target=0.55)


def words(ax) -> str:
    texts = [text.get_text() for text in ax.texts]
    return "\n".join([*texts, ax.get_title(loc="left"), ax.get_xlabel()])


def test_special_causes_differ_in_shape_from_common_causes(table: pd.DataFrame) -> None:
    ax = drawn.plot_control_chart(table, label=LABEL)
    dots = {line.get_marker(): len(line.get_xdata()) for line in ax.lines
            if line.get_linestyle() == "None" and len(line.get_xdata()) > 1}  # fmt: skip
    # The last point of 0.95 lifts the mean above the twelve before it.
    assert dots == {"o": 12, "D": 12}
    last = [line for line in ax.lines if line.get_marker() == "s" and len(line.get_xdata()) == 1]
    assert 0.95 in {float(line.get_ydata()[0]) for line in last}


def test_each_segment_has_its_own_mean_and_dashed_limits(table: pd.DataFrame) -> None:
    ax = drawn.plot_control_chart(table, label=LABEL)
    levels = {round(float(np.ravel(line.get_ydata())[0]), 6) for line in ax.lines}
    for segment in (table.iloc[0], table.iloc[-1]):
        assert {round(segment[name], 6) for name in ("mean", "lower", "upper")} <= levels


def test_icons_target_variant_and_reason_stand_in_words(table: pd.DataFrame) -> None:
    text = words(drawn.plot_control_chart(table, label=LABEL))
    assert "Variation: special cause, improvement (high: point beyond a limit)" in text
    assert "Assurance: hit and miss" in text
    assert "XmR chart of 13 points (trial limits): mean ± 2.66 × mean moving range" in text
    assert "Target 55.0%" in text
    assert "1 Limits start anew in April 2022: a second department opens" in text
    assert "Special cause: a point beyond a limit" in text
    assert "7 points in one direction" in text


def test_alt_text_says_what_the_last_point_means(table: pd.DataFrame) -> None:
    text = drawn.describe_control_chart(table, label=LABEL)
    assert text.startswith("Control chart (XmR) of share of patients seen in time, April 2021 to")
    assert "95.0% in April 2023: special-cause improvement" in text
    assert "Assurance: hit and miss." in text
    assert 40 <= len(text) <= 400


def test_four_series_are_panels_on_one_scale_without_overlaps(overlaps) -> None:
    names = ["Harbour", "Moor and Fen University Hospitals NHS Foundation Trust", "Third", "Fourth"]
    tables = [series(name, [value - 0.02 * at for value in STEADY])
              for at, name in enumerate(names)]  # fmt: skip
    axes = drawn.plot_control_charts(chart(*tables), by="org_name", label=LABEL)
    assert len(axes) == 4
    assert len({ax.get_ylim() for ax in axes}) == 1
    assert overlaps(axes[0].figure) == []


def test_five_series_are_refused() -> None:
    tables = [series(f"Trust {number}", STEADY) for number in range(5)]
    with pytest.raises(MissingDataError, match="4 at most"):
        drawn.plot_control_charts(chart(*tables), by="org_name", label=LABEL)


def test_one_chart_has_no_text_on_another_and_leaves_its_table_alone(
    table: pd.DataFrame, overlaps
) -> None:
    before = table.copy(deep=True)
    ax = drawn.plot_control_chart(table, label=LABEL)
    assert overlaps(ax.figure) == []
    pd.testing.assert_frame_equal(table, before)


def test_a_run_chart_of_counts_names_its_median_and_draws_no_limits() -> None:
    values = [1200, 1300, 1250, 1280, 1220, 1310, 1290, 1240, 1270, 1230]
    table = control_charts.run_chart(
        series("Harbour", values), value="share", unit="count", better="neither"
    )
    text = words(drawn.plot_control_chart(table, label="Attendances a month"))
    assert "Median 1,260" in text
    assert "limit 1" not in text
    assert "Run chart of 10 points: median, no limits" in text
    assert "Assurance: no target" in text


def test_points_without_limits_are_still_drawn() -> None:
    table = chart(series("Harbour", [0.5] * 6), unfit="no limits")
    text = words(drawn.plot_control_chart(table, label=LABEL))
    assert "No limits: 6 points" in text
    assert "There are no limits." in drawn.describe_control_chart(table, label=LABEL)


def test_quarters_as_text_stand_in_order() -> None:
    table = series("Harbour", STEADY).assign(month=[f"{2020 + at // 4} Q{at % 4 + 1}"
                                                    for at in range(12)])  # fmt: skip
    ax = drawn.plot_control_chart(chart(table), label=LABEL)
    assert [text.get_text() for text in ax.get_xticklabels()][:2] == ["2020 Q1", "2020 Q3"]


def test_joint_alt_text_names_every_series() -> None:
    table = chart(series("Harbour", STEADY), series("Moor", [*STEADY[:-1], 0.5]))
    text = drawn.describe_control_charts(table, by="org_name", label=LABEL)
    assert "Harbour: 83.0% in March 2022, common cause" in text
    assert "Moor: 50.0% in March 2022, concern" in text
