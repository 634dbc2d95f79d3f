"""A trust's activity, spread over the areas and ages that its patients come from."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import demand


def projected() -> pd.DataFrame:
    """Two areas: the first grows by half at 65+, the second not at all."""
    rows = [
        ("E01", "admissions", 0, 64, 60.0, 60.0),
        ("E01", "admissions", 65, None, 40.0, 60.0),
        ("E02", "admissions", 0, 64, 50.0, 50.0),
        ("E02", "admissions", 65, None, 150.0, 150.0),
    ]
    columns = ["area_code", "activity", "age_lower", "age_upper", "base", "horizon"]
    return pd.DataFrame(rows, columns=columns)


def catchment(*shares: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"trust_code": "R0X", "area_code": ["E01", "E02", "E99"][: len(shares)], "share": shares}
    )


def outturn(level: float = 1000.0, activity: str = "admissions") -> pd.DataFrame:
    return pd.DataFrame({"trust_code": ["R0X"], "activity": [activity], "outturn": [level]})


def test_outturn_is_spread_by_share_and_by_the_pattern_of_the_area() -> None:
    # 600 from E01, of which 60 : 40; 400 from E02, of which 50 : 150.
    found = demand.by_trust(projected(), catchment=catchment(0.6, 0.4), outturn=outturn())
    assert found["base"].tolist() == pytest.approx([360 + 100, 240 + 300])
    assert found["horizon"].tolist() == pytest.approx([460, 360 + 300])
    assert found["growth"].tolist() == pytest.approx([0, 120 / 540])
    assert found["coverage"].tolist() == pytest.approx([1, 1])


def test_low_coverage_is_refused() -> None:
    with pytest.raises(MethodError, match=r"trust_code R0X: found 90\.0% .*wanted 95\.0%"):
        demand.by_trust(
            projected(),
            catchment=catchment(0.6, 0.3, 0.1),
            outturn=outturn(),
            minimum_coverage=0.95,
        )


def test_full_coverage_is_asked_for_unless_told() -> None:
    with pytest.raises(MethodError, match=r"wanted 100\.0%"):
        demand.by_trust(projected(), catchment=catchment(0.6, 0.39), outturn=outturn())


@pytest.mark.parametrize("options", [{"minimum_coverage": 0.8}, {"uncovered": "as covered"}])
def test_uncovered_patients_are_as_the_covered_ones(options: dict[str, object]) -> None:
    found = demand.by_trust(
        projected(), catchment=catchment(0.48, 0.32, 0.2), outturn=outturn(), **options
    )
    assert found["base"].tolist() == pytest.approx([460, 540])
    assert found["coverage"].tolist() == pytest.approx([0.8, 0.8])


def test_trust_without_any_covered_patient_is_refused() -> None:
    elsewhere = catchment(1.0).assign(area_code="E99")
    with pytest.raises(MethodError, match=r"0\.0% of patients"):
        demand.by_trust(projected(), catchment=elsewhere, outturn=outturn(), uncovered="as covered")


def test_unknown_option_is_refused() -> None:
    with pytest.raises(MethodError, match="uncovered"):
        demand.by_trust(
            projected(),
            catchment=catchment(0.6, 0.4),
            outturn=outturn(),
            uncovered="ignore",  # type: ignore[arg-type]
        )


def test_shares_above_one_are_refused() -> None:
    with pytest.raises(MethodError, match=r"add up to 1\.1000"):
        demand.by_trust(projected(), catchment=catchment(0.6, 0.5), outturn=outturn())


def test_activity_that_was_not_projected_is_refused() -> None:
    with pytest.raises(MethodError, match="activity births: found no expected activity"):
        demand.by_trust(
            projected(), catchment=catchment(0.6, 0.4), outturn=outturn(activity="births")
        )


@given(st.floats(0.01, 0.99), st.floats(1, 1e6))
@settings(max_examples=25, deadline=None)
def test_bands_add_up_to_the_outturn(share: float, level: float) -> None:
    found = demand.by_trust(
        projected(), catchment=catchment(share, 1 - share), outturn=outturn(level)
    )
    assert found["base"].sum() == pytest.approx(level)
    # Growth lies between that of the two areas, 20% and none.
    growth = found["horizon"].sum() / level - 1
    assert growth == pytest.approx(share * 0.2)
