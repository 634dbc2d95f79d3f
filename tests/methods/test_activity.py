"""Growth of activity types: from England's profiles, from local rates, and in events a day."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import activity as methods
from caseanalysis.registers import Activity

YOUNG, OLD = 0, 65


def people(code: str, *, years: dict[int, tuple[float, float]]) -> pd.DataFrame:
    """Residents under and over 65 by year."""
    return pd.DataFrame(
        [
            {
                **{"area_code": code, "area_name": code, "year": year, "age_lower": lower},
                **{"age_upper": upper, "population": count},
            }
            for year, counts in years.items()
            for (lower, upper), count in zip([(0, 64), (65, None)], counts, strict=True)
        ]
    ).astype({"age_lower": "Int64", "age_upper": "Int64", "population": float})


def profile(years: dict[str, tuple[float, float]], name: str = "admitted") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"financial_year": year, "age_lower": lower, "age_upper": upper, name: count}
            for year, counts in years.items()
            for (lower, upper), count in zip([(0, 64), (65, None)], counts, strict=True)
        ]
    ).astype({"age_lower": "Int64", "age_upper": "Int64"})


#: England's rates: 10 of 100 and 20 of 50 in 2020-21, 10 of 100 and 50 of 50 in 2021-22.
ENGLAND = people("E92000001", years={2020: (100, 50), 2021: (100, 50)})
EVENTS = profile({"2020-21": (10, 20), "2021-22": (10, 50)})
#: 100 young people stay as they are; the old double from 50 to 100.
OWN = people("E07000991", years={2023: (100, 50), 2033: (100, 100)})
SPAN = {"base_year": 2023, "horizon_year": 2033}
MEASURES = {"admissions": ["admitted"]}


def from_profile(events: pd.DataFrame = EVENTS, **changed: object) -> pd.DataFrame:
    given_ = {"population": OWN, "reference": ENGLAND, "measures": MEASURES, **SPAN, **changed}
    return methods.growth_from_profile(events, **given_)


def test_growth_follows_the_profile_of_each_year() -> None:
    # 2020-21: 100 x .1 + 50 x .4 = 30, then 10 + 40 = 50: 2/3. 2021-22: 60, then 110: 5/6.
    table = from_profile()
    assert table["profile_year"].tolist() == ["2020-21", "2021-22"]
    assert table["base"].tolist() == pytest.approx([30, 60])
    assert table["horizon"].tolist() == pytest.approx([50, 110])
    assert table["growth"].tolist() == pytest.approx([2 / 3, 5 / 6])


def test_measures_of_a_type_are_added_up_and_a_type_without_any_is_left_out() -> None:
    events = EVENTS.assign(more=EVENTS["admitted"])
    table = from_profile(events, measures={"both": ["admitted", "more"], "none": []})
    assert set(table["activity"]) == {"both"}
    assert table["base"].tolist() == pytest.approx([60, 120])


@pytest.mark.parametrize("columns", [["admitted"], ["admitted", "more"]])
def test_withheld_figure_is_refused_and_never_counted_as_0(columns: list[str]) -> None:
    events = EVENTS.assign(more=1.0)
    events.loc[1, "admitted"] = math.nan
    with pytest.raises(MethodError, match="missing value"):
        from_profile(events, measures={"admissions": columns})


def test_year_without_residents_of_the_reference_area_is_refused() -> None:
    with pytest.raises(MethodError):
        from_profile(profile({"2019-20": (10, 20)}))


def test_profile_without_a_year_is_refused() -> None:
    with pytest.raises(MethodError, match="no financial year"):
        from_profile(EVENTS.iloc[:0])


@settings(max_examples=15)
@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_growth_does_not_depend_on_the_size_of_either_area(ours: float, theirs: float) -> None:
    grown = from_profile(
        population=OWN.assign(population=OWN["population"] * ours),
        reference=ENGLAND.assign(population=ENGLAND["population"] * theirs),
    )
    assert grown["growth"].tolist() == pytest.approx([2 / 3, 5 / 6])


RATES = pd.DataFrame(
    [
        {"area_code": area, "activity": part, "age_lower": lower, "age_upper": upper, "rate": rate}
        for area, part, lower, upper, rate in [
            ("E92000001", "walkin", 20, 64, 0.1),
            ("E92000001", "walkin", 65, None, 0.2),
            ("E92000001", "amb", 20, 64, 0.1),
            ("E92000001", "amb", 65, None, 0.4),
            ("E92000001", "other", 20, 64, 9.0),
            ("E92000001", "other", 65, None, 9.0),
            ("E07000991", "walkin", 20, 64, 9.0),
        ]
    ]
).astype({"age_lower": "Int64", "age_upper": "Int64"})


def with_children(code: str = "E07000991") -> pd.DataFrame:
    grown = {2023: (30.0, 100.0, 50.0), 2033: (90.0, 100.0, 100.0)}
    bands = [(0, 19), (20, 64), (65, None)]
    return pd.DataFrame(
        [
            {
                **{"area_code": code, "area_name": code, "year": year, "age_lower": lower},
                **{"age_upper": upper, "population": count},
            }
            for year, counts in grown.items()
            for (lower, upper), count in zip(bands, counts, strict=True)
        ]
    ).astype({"age_lower": "Int64", "age_upper": "Int64"})


def local(area: str = "E92000001") -> pd.DataFrame:
    activities = {"A&E attendances": ["walkin", "amb"], "none": []}
    return methods.growth_from_local_rates(
        RATES, population=with_children(), area_code=area, activities=activities, **SPAN
    )


def test_local_rates_of_the_parts_are_added_up_and_children_left_out() -> None:
    # 100 x .2 + 50 x .6 = 50, then 100 x .2 + 100 x .6 = 80.
    (row,) = local().to_dict("records")
    assert row["activity"] == "A&E attendances"
    assert (row["base"], row["horizon"], row["growth"]) == pytest.approx((50, 80, 0.6))


def test_area_without_rates_is_refused() -> None:
    with pytest.raises(MethodError, match="none of E07000993"):
        local("E07000993")


def test_range_is_that_of_all_profile_years() -> None:
    table = methods.middle_and_range(from_profile(), profile_year="2020-21")
    (row,) = table.to_dict("records")
    assert (row["growth"], row["lower"], row["upper"]) == pytest.approx((2 / 3, 2 / 3, 5 / 6))


def test_types_keep_their_order_and_ranges_hold_the_middle() -> None:
    growth = pd.DataFrame(
        {
            "activity": ["b", "a", "b", "a"],
            "profile_year": ["2020-21", "2020-21", "2021-22", "2021-22"],
            "growth": [0.1, 0.5, 0.3, 0.4],
        }
    )
    table = methods.middle_and_range(growth, profile_year="2021-22")
    assert table["activity"].tolist() == ["b", "a"]
    assert table[["lower", "growth", "upper"]].to_numpy().tolist() == [
        [0.1, 0.3, 0.3],
        [0.4, 0.4, 0.5],
    ]


def test_profile_year_that_is_not_there_is_refused() -> None:
    with pytest.raises(MethodError, match="one of 2020-21, 2021-22"):
        methods.middle_and_range(from_profile(), profile_year="1999-00")


def record(activity: str, **changed: str | None) -> Activity:
    given_ = {
        **{"activity": activity, "outturn_column": None, "printed_measure": "printed"},
        **{"printed_part": "all", "hes_measures": None, "local_activities": None},
        **{"profile_note": "a note"},
        **changed,
    }
    return Activity.model_validate(given_)


RECORDS = [
    record("emergency", outturn_column="emergency_admissions", hes_measures="one;two"),
    record("first", printed_measure="outpatients", printed_part="first", hes_measures="three"),
    record("follow-up", printed_measure="outpatients", printed_part="rest"),
    record("unknown", printed_measure="nothing"),
]
CLAIMS = pd.DataFrame(
    {
        "measure": ["outpatients", "outpatients", "a_day", "a_day"],
        "entity": ["group", "RAA", "group", "group"],
        "group": ["all", "all", "emergency", "first"],
        "period": ["2023-24", "2023-24", "2033-34", "2033-34"],
        "value": [1000.0, 400.0, 12.0, math.nan],
    }
)
PUBLISHED = pd.DataFrame({"emergency_admissions": [36_500.0]})
SAID = {"activities": RECORDS, "claims": CLAIMS, "entity": "group", "period": "2023-24"}


def test_measures_of_each_type_are_taken_from_the_register() -> None:
    assert methods.parts_of(RECORDS, "hes_measures") == {
        **{"emergency": ["one", "two"], "first": ["three"], "follow-up": [], "unknown": []},
    }


def test_level_is_published_or_as_printed_and_left_out_with_neither() -> None:
    levels = methods.outturn(PUBLISHED, **SAID, first_share=0.3)
    assert levels.to_numpy().tolist() == [
        ["emergency", 36_500.0, "published"],
        ["first", pytest.approx(300.0), "as printed, not published"],
        ["follow-up", pytest.approx(700.0), "as printed, not published"],
    ]


@given(st.floats(0, 1))
def test_parts_of_a_printed_total_add_up_to_it(first_share: float) -> None:
    levels = methods.outturn(PUBLISHED, **SAID, first_share=first_share)
    assert levels["outturn"].iloc[1:].sum() == pytest.approx(1000.0)


@pytest.mark.parametrize("rows", [0, 2])
def test_outturn_of_no_row_or_two_is_refused(rows: int) -> None:
    published = pd.concat([PUBLISHED] * rows) if rows else PUBLISHED.iloc[:0]
    with pytest.raises(MethodError, match=f"{rows} rows"):
        methods.outturn(published, **SAID, first_share=0.3)


def test_growth_is_turned_into_events_a_day_beside_what_was_printed() -> None:
    levels = methods.outturn(PUBLISHED, **SAID, first_share=0.365)
    growth = pd.DataFrame(
        {"activity": ["first", "emergency"], "growth": [0.1, 0.1], "lower": 0.0, "upper": [0.2, 1]}
    )
    table = methods.needed_a_day(growth, levels, claims=CLAIMS, measure="a_day")
    # 36,500 x 10% / 365 = 10 a day, of at most 100; 365 x 10% / 365 = 0.1, at most 0.2.
    assert table["activity"].tolist() == ["emergency", "first"]
    assert table["recomputed"].tolist() == pytest.approx([10.0, 0.1])
    assert table["lower"].tolist() == [0.0, 0.0]
    assert table["upper"].tolist() == pytest.approx([100.0, 0.2])
    assert table["printed"].iloc[0] == 12.0
    assert math.isnan(table["printed"].iloc[1])


def test_growth_without_a_range_has_its_value_at_both_ends() -> None:
    levels = methods.outturn(PUBLISHED, **SAID, first_share=0.5)
    growth = pd.DataFrame({"activity": ["emergency"], "growth": [0.2]})
    table = methods.needed_a_day(growth, levels, claims=CLAIMS, measure="a_day")
    assert table[["lower", "recomputed", "upper"]].to_numpy().tolist() == [[20.0, 20.0, 20.0]]


def test_withheld_outturn_is_refused() -> None:
    levels = methods.outturn(PUBLISHED.assign(emergency_admissions=math.nan), **SAID,
                             first_share=0.5)  # fmt: skip
    growth = pd.DataFrame({"activity": ["emergency"], "growth": [0.2]})
    with pytest.raises(MethodError, match="missing value"):
        methods.needed_a_day(growth, levels, claims=CLAIMS, measure="a_day")
