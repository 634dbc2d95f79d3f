"""Before suppression, every total is the sum of its parts."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from small_records import EPISODE, Records, records, saved

from caseanalysis.recordlevel import DATASETS
from caseanalysis.recordlevel.counting import Request, exact_counts
from caseanalysis.recordlevel.files import find_files

CODES = st.fixed_dictionaries(
    {
        "PROCODE3": st.sampled_from(["RAA", "RBB", "?"]),
        "EPISTAT": st.sampled_from(["1", "3", ""]),
        "EPIORDER": st.sampled_from(["1", "2", "99"]),
        "EPIDUR": st.sampled_from(["0", "5", "", "-1"]),
        "CLASSPAT": st.sampled_from(["1", "2", "3", "9"]),
        "ADMIMETH": st.sampled_from(["11", "21", "31", "99", "zz"]),
        "STARTAGE": st.sampled_from(["7001", "1", "64", "65", "120", "500", ""]),
        "SEX": st.sampled_from(["1", "2", "9", "?"]),
        "FYEAR": st.sampled_from(["2021", "2122", "77"]),
    }
)


def exact(rows: Records) -> pd.DataFrame:
    dataset = DATASETS["apc"]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        files, _ = find_files([saved(Path(folder) / "a.csv", rows)], dataset)
        request = Request(dataset, tuple(files), "financial_year", tuple(dataset.dimensions))
        return exact_counts(connection, request)


@settings(max_examples=25)
@given(st.lists(CODES, min_size=1, max_size=40))
def test_totals_are_sums_of_their_parts(changes: list[dict[str, str]]) -> None:
    rows = records(EPISODE, *((1, changed) for changed in changes))
    counts = exact(rows)
    finished = [r for r in rows if r["EPISTAT"] == "3" and r["CLASSPAT"] not in ("3", "4")]
    if not finished:
        assert counts.empty
        return
    measures = [one.name for one in DATASETS["apc"].measures]
    whole = counts[counts["dimension"] == "all"].set_index(["period", "provider_code"])[measures]
    for name in DATASETS["apc"].dimensions:
        parts = counts[counts["dimension"] == name]
        summed = parts.groupby(["period", "provider_code"])[measures].sum()
        pd.testing.assert_frame_equal(summed.sort_index(), whole.sort_index(), check_like=True)
    every = whole.xs("all", level="provider_code")
    single = whole.drop("all", level="provider_code").groupby("period").sum()
    pd.testing.assert_frame_equal(single.sort_index(), every.sort_index())
    assert every["finished_consultant_episodes"].sum() == len(finished)
