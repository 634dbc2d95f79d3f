"""Tables for analysts: one call a table, filtered by case, with their sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis import official
from caseanalysis.errors import MissingDataError, RecordError
from caseanalysis.schemas import SCHEMAS
from caseanalysis.store import Store


def test_every_table_is_offered_for_completion_and_documented() -> None:
    assert set(SCHEMAS) < set(dir(official))
    assert "Key: month, org_code." in str(official.ae_monthly.__doc__)
    assert "attendances: count" in str(official.ae_monthly.__doc__)


def test_unknown_table_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no table 'ae_yearly'"):
        _ = official.ae_yearly


def test_empty_store_is_missing_data(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no file that gives the table ae_monthly"):
        official.ae_monthly(store=tmp_path)


@pytest.mark.official_files
def test_a_case_gets_its_own_trusts_peers_and_england(full_store: Store) -> None:
    rows = official.ae_monthly(case="norfolk-waveney", store=full_store.root)
    codes = set(rows["org_code"])
    assert {"RM1", "RGP", "RCX", "ENGLAND", "RN7"} <= codes
    assert "R1H" not in codes
    assert len(rows.query("org_code == 'RM1'")) == 72


@pytest.mark.official_files
def test_displayed_table_names_its_publication(full_store: Store) -> None:
    rows = official.catchment_share(case="norfolk-waveney", store=full_store.root)
    first = rows.head(3)
    assert "Share of each acute trust" in first.source_note()
    assert first.source_note().startswith("Source: ")
    assert "<p>Source: " in str(first._repr_html_())


def test_unknown_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no case"):
        official.ae_monthly(case="nowhere", store=tmp_path)
