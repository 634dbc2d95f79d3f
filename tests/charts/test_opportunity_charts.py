from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import opportunity as charts
from caseanalysis.errors import MissingDataError
from caseanalysis.methods import opportunity

NAMES = {"RZ1": "Upper Town Hospitals NHS Trust", "RZ2": "Lower Town"}
CODES = ["RA1", "RA2", "RA3", "RA4", "RA5"]
VALUES = pd.DataFrame({
    "org_code": ["RZ1", "RZ2", *CODES], "value": [9.8, 8.1, 8.0, 8.2, 9.0, 8.4, 10.0],
})  # fmt: skip
PAIRS = opportunity.comparators({"RZ1": CODES, "RZ2": CODES}, trusts=["RZ1", "RZ2"])


def named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(trust_name=table["org_code"].map(NAMES))


@pytest.fixture
def gaps() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return named(
        opportunity.gaps(VALUES, PAIRS, better="lower", case_mix="not standardised", rng=rng)
    )


@pytest.fixture
def peers() -> pd.DataFrame:
    return named(opportunity.peer_values(VALUES, PAIRS))


@pytest.fixture
def worth(gaps: pd.DataFrame) -> pd.DataFrame:
    volumes = pd.DataFrame({"org_code": ["RZ1", "RZ2"], "volume": [10_000, 12_000]})
    return named(
        opportunity.worth(
            gaps,
            volumes,
            marginal_cost=100,
            average_cost=350,
            unit="bed days a year",
            price_year="2023-24",
            overlaps="none known",
        )
    )


def test_trust_comparators_and_benchmark_are_drawn(
    peers: pd.DataFrame, gaps: pd.DataFrame, overlaps
) -> None:
    ax = charts.plot_peers(peers, gaps, label="Length of stay, days", number="decimal 1")
    drawn = [list(np.atleast_1d(line.get_xdata())) for line in ax.lines]
    assert [8.4, 8.4] in drawn
    assert [8.0, 8.2, 9.0, 8.4, 10.0] in drawn
    assert [9.8] in drawn
    assert {"9.8", "8.1"} <= {text.get_text() for text in ax.texts}
    assert "stands at 9.8, the peer median at 8.4" in ax.get_title(loc="left").replace("\n", " ")
    assert overlaps(ax.figure) == []


def test_peers_are_described_with_their_number_and_interval(
    peers: pd.DataFrame, gaps: pd.DataFrame
) -> None:
    text = charts.describe_peers(peers, gaps, label="Length of stay, days", number="decimal 1")
    assert "Lower Town: 8.1 against a peer median of 8.4 (8.0 to 10.0) of 5 comparators." in text


def test_trusts_without_a_gap_are_said_to_have_none(
    peers: pd.DataFrame, gaps: pd.DataFrame
) -> None:
    ax = charts.plot_peers(peers, gaps.assign(gap=0.0), label="Stay", number="decimal 1")
    assert ax.get_title(loc="left") == "Every trust is at least as good as the peer median"


def test_both_savings_are_bars_with_intervals(worth: pd.DataFrame, overlaps) -> None:
    ax = charts.plot_worth(worth)
    # 1.4 x 10,000 x £100 and £350.
    named = {"£1.4m at marginal cost", "£4.9m at average cost"}
    assert {*named, "£0.0m"} <= {text.get_text() for text in ax.texts}
    upper = worth[worth["quantity"].eq("average saving")]["upper"].iloc[0]
    assert any(max(line.get_xdata()) == pytest.approx(upper) for line in ax.lines)
    assert overlaps(ax.figure) == []
    assert "marginal saving: £1.4m a year" in charts.describe_worth(worth)


def test_table_without_savings_is_refused(worth: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="chart worth"):
        charts.plot_worth(worth.drop(columns="quantity"))
