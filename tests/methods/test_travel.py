"""Straight-line distances to a service, for each way of placing it."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import travel

# Two places of two points each; two hospitals of the group and one elsewhere.
DISTANCES = pd.DataFrame(
    [("E07000991", 0, 5.0, 40.0, 30.0), ("E07000991", 1, 15.0, 30.0, 60.0),
     ("E07000992", 0, 50.0, 10.0, 60.0), ("E07000992", 1, 60.0, 20.0, 15.0)],
    columns=["area_code", "point", "RXA", "RXB", "elsewhere"],
).melt(["area_code", "point"], var_name="trust_code", value_name="kilometres")  # fmt: skip
PEOPLE = pd.DataFrame({"area_code": ["E07000991", "E07000992"], "population": [100.0, 300.0]})
NAMES = {"RXA": "Alpha", "RXB": "Beta"}


def test_residents_are_spread_over_the_points_of_their_area() -> None:
    found = travel.nearest(DISTANCES, PEOPLE, sites=["RXA", "RXB"])
    assert found["trust_code"].tolist() == ["RXA", "RXA", "RXB", "RXB"]
    assert found["kilometres"].tolist() == [5, 15, 10, 20]
    assert found["population"].tolist() == [50, 50, 150, 150]


def test_each_way_is_measured_by_its_nearest_sites() -> None:
    ways = travel.without_each(NAMES, elsewhere="elsewhere")
    found = travel.compare(DISTANCES, PEOPLE, configurations=ways, within=20).set_index(
        "configuration"
    )
    # Today the last point is 15 km from elsewhere: (50x5 + 50x15 + 150x10 + 150x15) / 400.
    assert found.loc["Every trust", "mean_kilometres"] == pytest.approx(11.875)
    assert found.loc["Every trust", "share_within"] == 1
    # Without Alpha its two points are 30 km from the nearest: 100 people newly beyond 20 km.
    assert found.loc["Not at Alpha", "farther"] == 100
    assert found.loc["Not at Alpha", "farthest_tenth"] == 30


def test_a_group_of_two_has_no_hospital_alone_beside_the_other_closed() -> None:
    assert list(travel.without_each(NAMES, elsewhere="x")) == ["Every trust", "Not at Alpha",
                                                                "Not at Beta"]  # fmt: skip
    assert list(travel.without_each({"RXA": "Alpha"}, elsewhere="x")) == ["Every trust"]
    three = travel.without_each({**NAMES, "RXC": "Gamma"}, elsewhere="x")
    assert three["At Gamma alone"] == ["RXC", "x"]


def test_patients_go_to_the_nearest_site_wherever_it_is() -> None:
    ways = {"today": ["RXA", "RXB", "elsewhere"]}
    found = travel.volumes_by_site(DISTANCES, PEOPLE, configurations=ways)
    assert found.set_index("trust_code")["patients"].to_dict() == {
        "RXA": 100, "RXB": 150, "elsewhere": 150,
    }  # fmt: skip


def test_a_site_without_distances_is_refused() -> None:
    with pytest.raises(MethodError, match="no distance to RXZ"):
        travel.nearest(DISTANCES, PEOPLE, sites=["RXZ"])


def test_an_area_without_residents_is_refused() -> None:
    with pytest.raises(MethodError, match="no residents of E07000992"):
        travel.nearest(DISTANCES, PEOPLE.head(1), sites=["RXA"])


def test_residents_are_added_up_over_ages() -> None:
    population = pd.DataFrame({"area_code": ["E07000991"] * 3, "year": [2030, 2030, 2031],
                               "population": [1.0, 2.0, 9.0]})  # fmt: skip
    found = travel.residents(population, year=2030, areas=["E07000991"])
    assert found["population"].tolist() == [3]
