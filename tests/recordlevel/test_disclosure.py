"""What leaves the function: nothing small, nothing that gives a small number away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_records import APPOINTMENT, EPISODE, records, saved, value

from caseanalysis.recordlevel import DATASETS, aggregate
from caseanalysis.recordlevel.datasets import Measure
from caseanalysis.recordlevel.disclosure import protect

FCE = "finished_consultant_episodes"
ONE = (Measure("records", "1"),)


def cells(counts: dict[str, dict[str, int]]) -> pd.DataFrame:
    """Return the exact cells of a table of categories by provider, with every total."""
    rows = [
        (provider, category, count)
        for provider, by_category in counts.items()
        for category, count in by_category.items()
    ]
    parts = pd.DataFrame(rows, columns=["provider_code", "category", "records"])
    parts["dimension"] = "kind"
    whole = parts.groupby("provider_code", as_index=False)["records"].sum()
    table = pd.concat([parts, whole.assign(dimension="all", category="all")])
    every = table.groupby(["dimension", "category"], as_index=False)["records"].sum()
    table = pd.concat([every.assign(provider_code="all"), table], ignore_index=True)
    return table.assign(period="2021-22")


def shown(table: pd.DataFrame, provider: str = "RAA") -> dict[str, object]:
    """Return the values of one provider by category; None where suppressed."""
    rows = protect(table, ONE)
    own = rows[rows["provider_code"] == provider]
    return {
        category: None if pd.isna(count) else int(count)
        for category, count in zip(own["category"], own["value"], strict=True)
    }


@pytest.mark.parametrize(
    ("count", "released"),
    [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1000, 1000)],
)
def test_one_to_seven_are_missing_and_the_rest_to_the_nearest_five(
    count: int, released: int | None
) -> None:
    table = pd.DataFrame(
        [("2021-22", "all", "all", "all", count)],
        columns=["period", "provider_code", "dimension", "category", "records"],
    )
    assert shown(table, "all") == {"all": released}


def test_small_count_takes_the_smallest_other_part_with_it() -> None:
    found = shown(cells({"RAA": {"a": 5, "b": 100, "c": 60, "d": 0}}))
    assert found == {"a": None, "b": 100, "c": None, "d": 0, "all": 165}


def test_small_counts_that_add_up_to_a_small_number_take_another_with_them() -> None:
    # 2 + 3 = 5 could be had as total less 100 and 60, and 5 is small itself.
    found = shown(cells({"RAA": {"a": 2, "b": 3, "c": 60, "d": 100}}))
    assert found == {"a": None, "b": None, "c": None, "d": 100, "all": 165}


def test_small_counts_that_add_up_to_eight_protect_each_other() -> None:
    found = shown(cells({"RAA": {"a": 4, "b": 4, "c": 60}}))
    assert found == {"a": None, "b": None, "c": 60, "all": 70}


def test_suppression_of_one_provider_is_not_undone_by_the_sum_of_all() -> None:
    # Without RBB's 50, RAA's 5 would be 55 less 50; without RAA's and RBB's 100 they follow again.
    table = cells({"RAA": {"a": 5, "b": 100}, "RBB": {"a": 50, "b": 100}})
    assert shown(table, "RAA") == {"a": None, "b": None, "all": 105}
    assert shown(table, "RBB") == {"a": None, "b": None, "all": 150}
    assert shown(table, "all") == {"a": 55, "b": 200, "all": 255}


def test_nothing_tells_a_small_count_from_one_that_protects_it() -> None:
    rows = protect(cells({"RAA": {"a": 5, "b": 100, "c": 60}}), ONE)
    hidden = rows[rows["suppressed"]].drop(columns=["category", "provider_code"])
    assert len(hidden.drop_duplicates()) == 1


def test_part_of_an_appointment_is_suppressed_with_another_part(tmp_path: Path) -> None:
    # 3 not attended of 43: the 10 that the provider cancelled go too, the 30 attended stay.
    rows = records(APPOINTMENT, (30, {}), (3, {"ATTENDED": "3"}), (10, {"ATTENDED": "4"}))
    table = aggregate("op", [saved(tmp_path / "a.csv", rows)], dimensions=[]).table
    assert value(table, "appointments") == 45
    assert value(table, "did_not_attend") is None
    assert value(table, "cancelled_by_provider") is None
    assert value(table, "attended") == 30
    assert value(table, "cancelled_by_patient") == 0


def test_bed_days_of_few_episodes_are_suppressed_however_many(tmp_path: Path) -> None:
    rows = records(EPISODE, (40, {}), (3, {"SEX": "1", "EPIDUR": "400"}), (30, {"SEX": "9"}))
    table = aggregate("apc", [saved(tmp_path / "a.csv", rows)], dimensions=["sex"]).table
    assert value(table, "bed_days", dimension="sex", category="male") is None
    assert value(table, "bed_days", dimension="sex", category="unknown") is None
    assert value(table, "bed_days", dimension="sex", category="female") == 120


def test_share_of_unknown_codes_is_not_given_for_a_few(tmp_path: Path) -> None:
    rows = records(EPISODE, (90, {}), (10, {"STARTAGE": ""}), (3, {"STARTAGE": "999"}))
    quality = aggregate("apc", [saved(tmp_path / "a.csv", rows)]).quality
    ages = quality[quality["field"] == "STARTAGE"].set_index("state")
    assert ages["suppressed"].to_dict() == {
        "unknown": False,
        "not known": True,
        "outside the dictionary": True,
    }
    assert ages["share"].isna().to_dict() == ages["suppressed"].to_dict()
    assert ages.loc["unknown", "records"] == 15


COUNTS = st.dictionaries(
    st.sampled_from(["RAA", "RBB", "RCC", "RDD"]),
    st.dictionaries(st.sampled_from("abcde"), st.integers(0, 40), min_size=1),
    min_size=1,
)


def sums_of(table: pd.DataFrame) -> list[tuple[pd.Index, object]]:
    """Return every total of a table with its parts, by row."""
    found = []
    names = ["provider_code", "dimension", "category"]
    place = {tuple(row): at for at, row in zip(table.index, table[names].to_numpy(), strict=True)}
    by_category = table[table["dimension"] != "all"].groupby(["provider_code", "dimension"])
    for (provider, _), parts in by_category:
        found.append((parts.index, place[provider, "all", "all"]))
    by_provider = table[table["provider_code"] != "all"].groupby(["dimension", "category"])
    for (dimension, category), parts in by_provider:
        found.append((parts.index, place["all", dimension, category]))
    return found


@given(COUNTS)
def test_no_total_gives_a_suppressed_count_away(counts: dict[str, dict[str, int]]) -> None:
    exact = cells(counts)
    released = protect(exact, ONE)
    hidden, count = released["suppressed"], exact["records"]
    assert hidden[count.between(1, 7)].all()
    assert (released["value"][~hidden] % 5 == 0).all()
    assert ((released["value"][~hidden] - count[~hidden]).abs() <= 2).all()
    for parts, total in sums_of(exact):
        assert count[parts].sum() == count[total]
        among = hidden[parts] & (count[parts] > 0)
        if hidden[total]:
            assert among.any() or not count[parts].any()
        elif hidden[parts].any():
            assert among.sum() >= 2
            assert count[parts][among].sum() >= 8


@given(COUNTS)
def test_zero_is_never_suppressed_and_never_made(counts: dict[str, dict[str, int]]) -> None:
    exact = cells(counts)
    released = protect(exact, ONE)
    zero = exact["records"] == 0
    assert (released["value"][zero] == 0).all()
    assert not (released["value"][~zero] == 0).any()


@pytest.mark.parametrize("name", list(DATASETS))
def test_measure_is_suppressed_where_the_measure_that_holds_it_is(name: str) -> None:
    measures = DATASETS[name].measures
    rng = np.random.default_rng(7)
    table = cells({code: dict.fromkeys("abc", 1) for code in ("RAA", "RBB", "RCC")})
    counts = {one.name: rng.integers(0, 12, len(table)) for one in measures}
    released = protect(table.drop(columns="records").assign(**counts), measures)
    wide = released.pivot_table(
        index=["provider_code", "dimension", "category"], columns="measure", values="suppressed"
    ).astype(bool)
    for one in measures:
        if one.within:
            assert not (wide[one.within] & ~wide[one.name]).any()
