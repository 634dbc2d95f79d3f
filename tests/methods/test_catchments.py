"""Where the patients of trusts live: flows, and how much of a catchment is known."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import catchments

CATCHMENT = pd.DataFrame(
    {"trust_code": ["RAA", "RAA", "RBB"], "area_code": ["E1", "E2", "E2"], "share": [0.6, 0.3, 1]}
)
OUTTURN = pd.DataFrame({"trust_code": ["RAA", "RBB"], "outturn": [1000.0, 500.0]})


def test_flows_add_up_to_the_trust_with_the_rest_from_elsewhere() -> None:
    table = catchments.flows(CATCHMENT, OUTTURN)
    sums = table.groupby("trust_code")["value"].sum()
    assert sums.to_dict() == pytest.approx(OUTTURN.set_index("trust_code")["outturn"].to_dict())
    rest = table[table["area_code"].eq("elsewhere")].set_index("trust_code")["share"]
    assert rest["RAA"] == pytest.approx(0.1)


def test_patients_of_known_areas_are_counted() -> None:
    areas = list(CATCHMENT["area_code"].unique())
    found = catchments.covered(CATCHMENT, area_codes=areas).set_index("trust_code")["coverage"]
    assert found.to_dict() == pytest.approx({"RAA": 0.9, "RBB": 1.0})
    assert catchments.covered(CATCHMENT, area_codes=[])["coverage"].eq(0).all()


def test_shares_of_more_than_all_patients_are_refused() -> None:
    with pytest.raises(MethodError, match="shares of more than 1"):
        catchments.flows(CATCHMENT.assign(share=0.8), OUTTURN)
