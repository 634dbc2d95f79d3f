"""What the loader finds by itself in a store."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis import quality
from caseanalysis.cli import main
from caseanalysis.quality import FAULTS, KINDS, SEVERITIES
from caseanalysis.quality.held import Held
from caseanalysis.schemas import validate_as
from caseanalysis.store import Store
from small_publications import ae_csv, ae_workbook


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def add(store: Store, *texts: str) -> None:
    folder = store.root.parent
    for number, text in enumerate(texts):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        store.add([path])


def test_empty_store_has_no_faults(store: Store) -> None:
    found = quality.faults(store)
    assert found.empty
    assert list(found.columns) == list(FAULTS.columns)


def test_two_publications_of_one_month_that_differ_are_named(store: Store, tmp_path: Path) -> None:
    # The CSV has 100 attendances at RAA, the workbook of the same month 101.
    add(store, ae_csv())
    trusts = {"RAA": (101, 20, 30, 37), "RBB": (200, 50, 60, 65)}
    store.add([ae_workbook(tmp_path / "month.xlsx", trusts=trusts)])
    found = quality.faults(store)
    differing = found[found["kind"].eq("disagreement") & found["column"].eq("attendances")]
    rows = differing.set_index("entity")[["found", "expected"]].to_dict("index")
    assert rows == {
        "RAA": {"found": "100", "expected": "101"},
        "ENGLAND": {"found": "300", "expected": "301"},
    }
    assert differing["source"].unique().tolist() == ["ae_monthly_csv and ae_monthly_workbook"]


def test_two_publications_that_agree_have_no_disagreement(store: Store, tmp_path: Path) -> None:
    add(store, ae_csv())
    store.add([ae_workbook(tmp_path / "month.xlsx")])
    assert not quality.faults(store)["kind"].eq("disagreement").any()


def test_month_between_two_months_is_missing(store: Store) -> None:
    add(store, ae_csv("JANUARY-2031"), ae_csv("MARCH-2031"))
    found = quality.faults(store)
    missing = found[found["kind"].eq("missing month")]
    assert missing[["table", "period"]].to_numpy().tolist() == [["ae_monthly", "2031-02"]]


def test_tables_that_are_not_asked_for_are_not_looked_at(store: Store) -> None:
    add(store, ae_csv("JANUARY-2031"), ae_csv("MARCH-2031"))
    assert quality.faults(store, tables=["boundary"]).empty


def test_reconciliations_count_files_and_those_that_agree(store: Store) -> None:
    add(store, ae_csv("JANUARY-2031"), ae_csv("MARCH-2031"))
    checks = quality.reconciliations(Held(store))
    assert checks["files"].eq(2).all()
    assert checks["agreeing"].eq(2).all()
    summed = quality.by_source(checks)
    assert summed["compared"].tolist() == [2 * len(checks)]


def test_holdings_say_what_is_held_and_from_when(store: Store) -> None:
    add(store, ae_csv("JANUARY-2031"), ae_csv("MARCH-2031"))
    (row,) = quality.holdings(Held(store)).to_dict("records")
    assert (row["source"], row["files"]) == ("ae_monthly_csv", 2)
    assert (row["first_period"], row["last_period"]) == ("2031-01", "2031-03")


def test_faults_are_counted_by_kind_and_severity() -> None:
    faults = pd.DataFrame(
        {"kind": ["spike", "spike", "withheld"], "severity": ["high", "low", "medium"]}
    )
    counted = quality.by_kind(faults).set_index("kind")[list(SEVERITIES)]
    assert counted.loc["spike"].tolist() == [1, 0, 1]
    assert counted.loc["withheld"].tolist() == [0, 1, 0]
    assert quality.in_all(pd.DataFrame({"compared": [3, 4], "agreeing": [3, 2]}), faults).iloc[
        0
    ].to_dict() == {"compared": 7, "agreeing": 5, "grave": 1}


def test_faults_are_written_in_words() -> None:
    faults = pd.DataFrame({"column": ["over_4_hours"], "period": ["2031-01"]})
    (shown,) = quality.readable(faults).to_dict("records")
    assert shown == {"column": "over 4 hours", "period": "2031\N{NON-BREAKING HYPHEN}01"}


def test_names_are_those_of_the_latest_month() -> None:
    months = pd.to_datetime(["2031-02-01", "2031-01-01"])
    table = pd.DataFrame({"month": months, "org_code": "RAA", "org_name": ["New", "Old"]})
    assert quality.names_in(table) == {"RAA": "New"}


def test_command_lists_the_faults(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, ae_csv("JANUARY-2031"), ae_csv("MARCH-2031"))
    command = ["caseanalysis", "data", "status", "--faults", "--store", str(store.root)]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert "missing month" in printed
    assert "2031-02" in printed


@pytest.fixture(scope="module")
def official_faults(full_store: Store) -> pd.DataFrame:
    """The faults of every official file, found in less than a minute."""
    started = time.monotonic()
    found = quality.faults(full_store)
    assert time.monotonic() - started < 60
    return found


@pytest.mark.official_files
def test_faults_of_all_official_files_are_a_table_of_its_schema(
    official_faults: pd.DataFrame,
) -> None:
    found = official_faults
    validate_as(found, FAULTS, "faults", where="every official file")
    assert set(found["kind"]) <= set(KINDS)
    assert found["severity"].map(SEVERITIES.index).is_monotonic_increasing


@pytest.mark.official_files
def test_official_files_show_faults_known_from_the_files_themselves(
    official_faults: pd.DataFrame,
) -> None:
    found = official_faults.set_index(["kind", "table", "entity", "period"]).sort_index()
    # Beds available of the third quarter of 2024-25: 2,531.7 where 258.0 and 261.3 stand beside.
    beds = found.loc[[("spike", "bed_occupancy", "RKE", "2024-10")]].iloc[0]
    assert beds["found"] == "2,532"
    assert "available" in beds["column"]
    # R1K had 16,822 type 3 attendances in July 2022, 0 in August and 15,316 in September.
    spike = found.loc[[("spike", "ae_monthly", "R1K", "2022-08")]].iloc[0]
    assert (spike["found"], spike["severity"]) == ("0", "high")
    # One of the trusts that tested other standards, from May 2019 to May 2023.
    assert ("withheld", "ae_monthly", "RX1", "2019-05 to 2023-05") in found.index
    assert not (found.reset_index()["source"] == "ae_monthly_csv and ae_monthly_workbook").any()
