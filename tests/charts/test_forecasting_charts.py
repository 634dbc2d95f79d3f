from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import forecasting, style

LABEL = "A&E attendances a month"


@pytest.fixture
def history() -> pd.DataFrame:
    months = pd.date_range("2022-04-01", periods=36, freq="MS", unit="us")
    return pd.concat(
        [pd.DataFrame({"trust_name": name, "month": months, "value": level + np.arange(36.0)})
         for name, level in [("Trust A", 9000), ("Trust B", 5000)]],
        ignore_index=True,
    )  # fmt: skip


@pytest.fixture
def forecast() -> pd.DataFrame:
    months = pd.date_range("2025-04-01", periods=6, freq="MS", unit="us")
    return pd.concat(
        [pd.DataFrame({"trust_name": name, "month": months, "value": level,
                       "lower_80": level - 200, "upper_80": level + 200,
                       "lower_95": level - 300, "upper_95": level + 300})
         for name, level in [("Trust A", 9100.0), ("Trust B", 5100.0)]],
        ignore_index=True,
    )  # fmt: skip


def test_one_panel_a_trust_with_both_intervals(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    axes = forecasting.plot_forecast(forecast, history, label=LABEL)
    assert [ax.get_title(loc="left") for ax in axes] == ["Trust A", "Trust B"]
    bands = [band.get_paths()[0].vertices[:, 1] for band in axes[0].collections]
    assert [(y.min(), y.max()) for y in bands] == [(8800, 9400), (8900, 9300)]


def test_the_origin_is_a_dashed_line_at_the_last_month_of_outturn(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    ax = forecasting.plot_forecast(forecast, history, label=LABEL)[0]
    origin = next(line for line in ax.lines if len(set(line.get_xdata())) == 1)
    assert origin.get_linestyle() == "--"
    assert pd.Timestamp(origin.get_xdata()[0]) == pd.Timestamp("2025-03-01")
    assert "outturn to March 2025" in {text.get_text() for text in ax.texts}


def test_a_missing_month_of_outturn_breaks_the_line(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    ax = forecasting.plot_forecast(forecast, history.drop(index=4), label=LABEL)[0]
    outturn = next(line for line in ax.lines if len(line.get_ydata()) == 36)
    assert np.flatnonzero(np.isnan(outturn.get_ydata())).tolist() == [4]


def test_bands_are_named_beside_them_without_overlap(
    forecast: pd.DataFrame, history: pd.DataFrame, overlaps
) -> None:
    before = forecast.copy(deep=True), history.copy(deep=True)
    note = "WAPE 4.2% against 6.1% for seasonal naive"
    axes = forecasting.plot_forecast(
        forecast, history, label=LABEL, accuracy={"Trust A": note, "Trust B": note}
    )
    texts = {text.get_text() for text in axes[0].texts}
    assert {"95% interval", "80% interval", "forecast", note} <= texts
    assert overlaps(axes[0].figure) == []
    pd.testing.assert_frame_equal(forecast, before[0])
    pd.testing.assert_frame_equal(history, before[1])


def test_one_note_for_all_trusts_stands_below(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    axes = forecasting.plot_forecast(forecast, history, label=LABEL, accuracy="WAPE 4.2%")
    assert axes[-1].get_xlabel() == "WAPE 4.2%"


def test_alt_text_has_last_outturn_last_forecast_and_its_interval(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    text = forecasting.describe_forecast(forecast, history, label=LABEL)
    assert "April 2025 to September 2025, 2 trusts" in text
    assert (
        "Trust A: last outturn 9,035; forecast 9,100 in September 2025, "
        "95% interval 8,800 to 9,400." in text
    )
    assert 40 <= len(text) <= 400


def test_the_same_tables_give_the_same_svg(forecast: pd.DataFrame, history: pd.DataFrame) -> None:
    pictures = []
    for _ in range(2):
        axes = forecasting.plot_forecast(forecast, history, label=LABEL)
        file = io.BytesIO()
        with style.use_style():
            axes[0].figure.savefig(file, format="svg", metadata={"Date": None})
        pictures.append(file.getvalue())
    assert pictures[0] == pictures[1]


def test_scores_of_the_back_test_stand_with_each_trust(
    forecast: pd.DataFrame, history: pd.DataFrame
) -> None:
    scored = forecast.assign(model="ensemble", wape=0.0425, naive_wape=0.0732, mase=0.645,
                             pinball=0.0108, coverage_80=0.804, coverage_95=0.947)  # fmt: skip
    axes = forecasting.plot_forecast(scored, history, label=LABEL)
    below = "\n".join(text.get_text() for text in axes[1].texts)
    assert "error (WAPE) 4.2%, repeating last year 7.3%" in below
    assert "80% interval held 80%, 95% interval 95%" in below
    assert "error (WAPE) 4.2%" in forecasting.describe_forecast(scored, history, label=LABEL)
