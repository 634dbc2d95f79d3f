"""Births by category, and stroke teams and their thrombectomies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import maternity, stroke
from caseanalysis.registers import Assumption

CATEGORIES = pd.DataFrame(
    [("2030-31", "RXA", maternity.GESTATION, "<37 weeks", "babies", 10.0),
     ("2030-31", "RXA", maternity.GESTATION, ">=37 weeks", "babies", 90.0),
     ("2030-31", "RXA", maternity.GESTATION, maternity.UNKNOWN, "babies", 900.0),
     ("2030-31", "RXB", maternity.GESTATION, "<37 weeks", "babies", 30.0),
     ("2030-31", "RXB", maternity.GESTATION, ">=37 weeks", "babies", 70.0),
     ("2030-31", "RXB", maternity.METHOD, "Spontaneous", "babies", 100.0)],
    columns=["year", "org_code", "dimension", "category", "counted", "value"],
)  # fmt: skip


def test_births_of_unknown_gestation_are_in_no_share() -> None:
    found = maternity.share_of(CATEGORIES, dimension=maternity.GESTATION, among=[maternity.PRETERM])
    assert found.set_index("org_code")["share"].to_dict() == {"RXA": 0.1, "RXB": 0.3}
    whole = maternity.together(found, codes=["RXA", "RXB"]).set_index("org_code")
    assert whole.loc["group", "share"] == 0.2


def test_growth_needs_both_years() -> None:
    units = pd.DataFrame({"year": ["2030-31", "2030-31", "2031-32"],
                          "org_code": ["RXA", "RXB", "RXA"],
                          "deliveries": [100.0, 50.0, 90.0]})  # fmt: skip
    found = maternity.growth(units)
    assert found["org_code"].tolist() == ["RXA"]
    assert found["period"].tolist() == ["2030-31 to 2031-32"]
    assert found["growth"].iloc[0] == pytest.approx(-0.1)


TEAMS = pd.DataFrame(
    [("first admitting", "Alpha Hospital", "RXA", "team", 400.0, 8.0, np.nan),
     ("first admitting", "Alpha North", "RXA", "team", 100.0, 2.0, np.nan),
     ("first admitting", "Beta Hospital", "RXB", "team", 500.0, 5.0, np.nan),
     ("first admitting", "Abroad", None, "team", 10.0, 1.0, np.nan),
     ("first admitting", "National", None, "national", 1010.0, 16.0, np.nan),
     ("performing", "Beta Hospital", "RXB", "team", np.nan, 30.0, 20.0),
     ("performing", "National", None, "national", np.nan, 36.0, 20.0)],
    columns=["basis", "team", "trust_code", "level", "patients", "thrombectomies",
             "directly_admitted"],
).assign(period="April 2030 to March 2031")  # fmt: skip


def test_patients_treated_where_they_were_admitted_count_for_that_trust() -> None:
    found = stroke.by_trust(TEAMS).set_index("org_code")
    assert found["patients"].to_dict() == {"RXA": 500, "RXB": 500}
    # Of Beta's patients 5 were moved elsewhere for it and 20 had it there.
    assert found["thrombectomies"].to_dict() == {"RXA": 10, "RXB": 25}
    assert found.loc["RXA", "teams"] == 2


def test_the_rate_of_all_teams_counts_each_procedure_once() -> None:
    found = stroke.national(TEAMS).iloc[0]
    assert (found["patients"], found["thrombectomies"], found["transferred"]) == (1010, 36, 16)
    assert found["rate"] == pytest.approx(36 / 1010)


def test_a_withheld_count_of_one_team_leaves_the_trust_unknown() -> None:
    withheld = TEAMS.assign(thrombectomies=TEAMS["thrombectomies"].mask(TEAMS.index == 1))
    found = stroke.by_trust(withheld).set_index("org_code")
    assert found["thrombectomies"].isna().to_dict() == {"RXA": True, "RXB": False}


def test_the_latest_audit_is_known_by_the_year_that_its_period_ends() -> None:
    older = TEAMS.assign(period="July 2029 to March 2030")
    found = stroke.latest_year(pd.concat([TEAMS, older]))
    assert found["period"].unique().tolist() == ["April 2030 to March 2031"]


BENEFIT = Assumption(
    id="made_up", title="Made up", low=0.1, central=0.2, high=0.3, unit="share",
    reference="Judgement.", reason="For the test.", used_by=("tests",), checker=None,
    checked_on=None,
)  # fmt: skip


def test_more_are_treated_up_to_a_rate_and_never_fewer() -> None:
    found = stroke.thrombectomy_gap(stroke.by_trust(TEAMS), rates={"aim": 0.04}, benefit=BENEFIT)
    more = found.set_index("org_code")["more"]
    assert more["RXA"] == pytest.approx(500 * (0.04 - 0.02))
    assert more["RXB"] == 0
    first = found.iloc[0]
    assert first["independent"] == pytest.approx(10 * 0.2)
    assert first["more_lower"] <= first["more"] <= first["more_upper"]
    assert first["independent_upper"] == pytest.approx(first["more_upper"] * 0.3)


def test_a_rate_in_percent_is_refused() -> None:
    with pytest.raises(MethodError, match="divide a percentage by 100"):
        stroke.thrombectomy_gap(stroke.by_trust(TEAMS), rates={"aim": 10}, benefit=BENEFIT)


def test_the_audit_of_a_trust_stands_beside_the_median_of_all_sites() -> None:
    audit = pd.DataFrame({"year": [2030] * 3 + [2028], "trust_code": ["RXA", "RXA", "RXZ", "RXA"],
                          "measure": ["beds"] * 4, "value": [10.0, 20.0, 40.0, 99.0]})  # fmt: skip
    found = stroke.audit_beside_all(audit, codes=["RXA"])
    assert found[["value", "median", "sites"]].to_numpy().tolist() == [[15, 20, 3]]
