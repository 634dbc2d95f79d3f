"""A case drafted from a list of trusts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caseanalysis.case import Case, list_cases, load_case
from caseanalysis.drafting import draft_case, write_draft
from caseanalysis.errors import RecordError
from caseanalysis.store import Store


@pytest.fixture
def project(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the registers and no case but the default one."""
    shutil.copytree(root / "data" / "registers", tmp_path / "data" / "registers")
    shutil.copytree(
        root / "data" / "cases" / "norfolk-waveney", tmp_path / "data" / "cases" / "norfolk-waveney"
    )
    monkeypatch.setenv("CASEANALYSIS_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.official_files
def test_draft_of_the_default_trusts_is_the_default_case(
    full_store: Store, default: Case, project: Path
) -> None:
    draft = draft_case(full_store, "drafted", default.trust_codes, base_year=default.base_year)
    write_draft(draft, project / "data")
    drafted = load_case("drafted")
    assert drafted.peers.trusts.members == default.peers.trusts.members
    assert drafted.peers.commissioners.members == default.peers.commissioners.members
    assert drafted.commissioner.code == default.commissioner.code
    assert drafted.commissioner.ods_code == default.commissioner.ods_code
    # A trust's patients come from a neighbour of the commissioner's area too; none is missing.
    assert set(drafted.place_codes) >= set(default.place_codes)
    assert drafted.horizon_year == default.horizon_year
    assert [area.id for area in drafted.areas] == [area.id for area in default.areas]
    first, drafted_first = default.trusts[0], drafted.trusts[0]
    assert drafted_first.sites[0].place == first.sites[0].place


@pytest.mark.official_files
def test_trust_without_published_catchment_gets_the_districts_of_its_board(
    full_store: Store, project: Path
) -> None:
    draft = draft_case(full_store, "community", ["R1D"])
    # Both districts of the board of this trust; its small areas lie in no other.
    assert [place["code"] for place in draft.content["places"]] == ["E06000020", "E06000051"]
    assert any("R1D" in remark and "not published" in remark for remark in draft.remarks)
    assert len(draft.content["peers"]["trusts"]["members"]["R1D"]) == 5


@pytest.mark.official_files
def test_merged_district_is_replaced_by_those_it_was_made_of(
    full_store: Store, project: Path
) -> None:
    # Trust of a county that became one district after the projection was made.
    draft = draft_case(full_store, "county", ["RXQ"])
    codes = {place["code"] for place in draft.content["places"]}
    assert {"E07000004", "E07000005", "E07000006", "E07000007"} <= codes
    assert "E06000060" not in codes


@pytest.mark.official_files
def test_unknown_trust_is_refused_with_the_nearest(full_store: Store, project: Path) -> None:
    with pytest.raises(RecordError, match="did you mean"):
        draft_case(full_store, "wrong", ["RXWW"])


@pytest.mark.parametrize("name", ["Two Rivers", "../elsewhere", "norfolk-waveney", ""])
def test_name_that_no_new_folder_can_have_is_refused(
    name: str, project: Path, tmp_path: Path
) -> None:
    before = list_cases()
    with pytest.raises(RecordError, match="a new name"):
        draft_case(Store(tmp_path / "store"), name, ["RAA"])
    assert list_cases() == before


@pytest.mark.official_files
def test_existing_folder_is_never_overwritten(full_store: Store, project: Path) -> None:
    draft = draft_case(full_store, "twice", ["RXW", "R1D"])
    written = write_draft(draft, project / "data") / "case.yaml"
    first = written.read_bytes()
    with pytest.raises(RecordError, match="a case of this name"):
        write_draft(draft, project / "data")
    assert written.read_bytes() == first
    assert {path.name for path in written.parent.parent.iterdir()} == {"norfolk-waveney", "twice"}
