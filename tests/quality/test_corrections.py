"""A correction changes one figure, and fails once the producer has changed it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.errors import RecordError
from caseanalysis.quality import CorrectedStore, corrected
from caseanalysis.registers import Correction
from caseanalysis.store import Store
from small_publications import ae_csv

MONTH = pd.Timestamp("2031-03-01")


def correction(**changed: object) -> Correction:
    given = {
        "id": "one", "source": "ae_monthly_csv", "table": "ae_monthly",
        "where": {"month": "2031-03-01", "org_code": "RAA"}, "column": "attendances",
        "old_value": 100.0, "new_value": 90.0, "reason": "A slip.", "evidence": "The page.",
        "checker": "somebody", "checked_on": date(2031, 4, 1), **changed,
    }  # fmt: skip
    return Correction.model_validate(given)


def table(*values: float) -> pd.DataFrame:
    codes = ["RAA", "RBB"][: len(values)]
    return pd.DataFrame({"month": [MONTH] * len(codes), "org_code": codes, "attendances": values})


def test_one_figure_is_changed_and_the_table_given_is_not() -> None:
    given = table(100.0, 100.0)
    assert corrected(given, "ae_monthly", [correction()])["attendances"].tolist() == [90.0, 100.0]
    assert given["attendances"].tolist() == [100.0, 100.0]


def test_figure_whose_right_value_is_not_known_becomes_missing() -> None:
    found = corrected(table(100.0, 100.0), "ae_monthly", [correction(new_value=None)])
    assert found["attendances"].isna().tolist() == [True, False]


def test_figure_that_the_producer_mended_is_an_error() -> None:
    with pytest.raises(RecordError, match="attendances = 90, which is the new value") as caught:
        corrected(table(90.0), "ae_monthly", [correction()])
    assert "remove the correction" in caught.value.remedy


def test_figure_that_changed_again_is_an_error() -> None:
    with pytest.raises(RecordError, match=r"found attendances = 95; wanted the old value, 100"):
        corrected(table(95.0), "ae_monthly", [correction()])


def test_correction_of_another_table_or_of_no_row_here_is_passed_over() -> None:
    given = table(95.0)
    assert corrected(given, "ae_england", [correction()]) is given
    elsewhere = correction(where={"month": "2031-04-01", "org_code": "RAA"})
    pd.testing.assert_frame_equal(corrected(given, "ae_monthly", [elsewhere]), given)


def test_correction_of_an_unknown_column_is_an_error() -> None:
    with pytest.raises(RecordError, match="the column 'provider'"):
        corrected(table(100.0), "ae_monthly", [correction(where={"provider": "RAA"})])


def test_corrected_store_gives_corrected_tables(tmp_path: Path) -> None:
    path = tmp_path / "month.csv"
    path.write_text(ae_csv(), encoding="utf-8")
    store = Store(tmp_path / "store")
    store.add([path])
    rows = CorrectedStore(store, [correction()]).table("ae_monthly", org_code=["RAA", "RBB"])
    assert rows.set_index("org_code")["attendances"].to_dict() == {"RAA": 90.0, "RBB": 200.0}
    whole = store.table("ae_monthly", org_code=["RAA"])
    assert whole["attendances"].tolist() == [100.0]


@pytest.mark.official_files
def test_every_correction_on_record_still_finds_its_old_value(full_store: Store) -> None:
    from caseanalysis.registers import load_corrections

    records = load_corrections()
    assert records
    for one in records:
        before, after = full_store.table(one.table), CorrectedStore(full_store).table(one.table)
        changed = before[one.column].ne(after[one.column]) & before[one.column].notna()
        assert changed.sum() == len([r for r in records if r.table == one.table])
