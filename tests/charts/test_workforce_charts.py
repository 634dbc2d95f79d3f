"""Charts of staff: temporary staff, shared cover, sickness beside peers."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import workforce
from caseanalysis.errors import MissingDataError


@pytest.fixture
def temporary() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "org_name": ["Upper", "Upper", "Lower", "Lower"],
            "group": ["bank", "agency"] * 2,
            "value": [0.09, 0.02, 0.07, 0.05],
        }
    )


def test_each_share_of_temporary_staff_is_written(temporary: pd.DataFrame, overlaps) -> None:
    ax = workforce.plot_temporary_staff(temporary)
    named = {"9.0% bank", "2.0% agency"}
    assert {*named, "7.0%", "5.0%"} <= {text.get_text() for text in ax.texts}
    assert ax.get_title(loc="left").startswith("Lower spends most")
    assert overlaps(ax.figure) == []


def test_temporary_staff_are_described_trust_by_trust(temporary: pd.DataFrame) -> None:
    text = workforce.describe_temporary_staff(temporary)
    assert "Lower spends most on bank and agency staff: 12.0% of staff costs." in text
    assert "Upper: bank 9.0%, agency 2.0%" in text


def test_spare_staff_apart_and_shared_are_both_drawn(overlaps) -> None:
    table = pd.DataFrame(
        {
            "staff_group": ["Nurses & health visitors", "Midwives"],
            "apart": [41.2, 13.1],
            "shared": [24.2, 7.1],
            "fte": [4000.0, 400.0],
        }
    )
    ax = workforce.plot_cover(table)
    named = {"41.2 each trust by itself", "24.2 shared by the group"}
    assert {*named, "13.1", "7.1"} <= {text.get_text() for text in ax.texts}
    assert overlaps(ax.figure) == []
    text = workforce.describe_cover(table)
    assert "Shared by the group, 31 spare staff cover what takes 54 apart." in text
    assert "The most is gained by nurses & health visitors: 17.0." in text


@pytest.fixture
def against() -> pd.DataFrame:
    rows = [("Upper", "trust", 0.06), ("Upper", "peer", 0.04), ("Upper", "peer", 0.05)]
    rows += [("Lower", "trust", 0.04), ("Lower", "peer", 0.05)]
    table = pd.DataFrame(rows, columns=["org_name", "kind", "share"])
    return table.assign(aim=0.045, aim_lower=0.04, aim_upper=0.05)


def test_trusts_stand_beside_their_peers(against: pd.DataFrame, overlaps) -> None:
    ax = workforce.plot_against_peers(against, label="Share lost")
    assert {"6.0%", "4.0%"} <= {text.get_text() for text in ax.texts}
    # One scatter of peers and one of the trust in each row.
    assert sorted(len(dots.get_offsets()) for dots in ax.collections) == [1, 1, 1, 2]
    assert overlaps(ax.figure) == []


def test_trust_farthest_above_its_peers_is_named(against: pd.DataFrame) -> None:
    text = workforce.describe_against_peers(against, label="Share lost")
    assert "Upper lies farthest above its peers: 6.0% against a median of 4.5%." in text
    below = against.assign(aim=0.07)
    assert "No trust lies above" in workforce.describe_against_peers(below, label="Share lost")


def test_sickness_axis_tells_tenths_of_a_percent_apart() -> None:
    table = pd.DataFrame(
        {
            "month": pd.date_range("2030-01-01", periods=14, freq="MS"),
            "org_name": "Upper",
            "kind": "trust",
            "share": [0.05 + 0.001 * (at % 5) for at in range(14)],
            "lower": None,
            "upper": None,
        }
    ).astype({"lower": float, "upper": float})
    ax = workforce.plot_sickness(table, label="Share lost")
    ax.figure.draw_without_rendering()
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert len(set(labels)) == len(labels)


def test_table_without_a_figure_is_refused(temporary: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="temporary staff"):
        workforce.plot_temporary_staff(temporary.assign(value=float("nan")))
