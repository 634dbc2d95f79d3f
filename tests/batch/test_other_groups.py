"""Every notebook works for any group: with other trusts, without claims, and without any data."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from caseanalysis.batch import build
from caseanalysis.case import Case, default_case, load_case
from caseanalysis.drafting import draft_case, write_draft
from caseanalysis.store import Store

pytestmark = pytest.mark.official_files

#: Four trusts in two counties, one of them of a board of its own.
LARGER = ("RJC", "RLQ", "RLT", "RWP")
#: Built without any data too: those that draw on most tables, and one of each kind beside them.
WITHOUT_DATA = ("context", "a2", "b1", "evaluation")


@pytest.fixture(scope="module")
def own_words(root: Path) -> dict[str, str]:
    """The names that only the default case has, of its trusts and places, with their codes."""
    data = root / "data"
    case = load_case(default_case(data), data)
    trusts = {name: one.code for one in case.trusts for name in (one.short_name, one.name)}
    return {case.region_name: "", **{place.name: place.code for place in case.places}, **trusts}


@pytest.fixture(scope="module")
def home(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project's registers and notebooks, with no case and no extract."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(root / "data" / "registers", folder / "data" / "registers")
    (folder / "data" / "cases").mkdir()
    (folder / "notebooks").symlink_to(root / "notebooks", target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def drafted(full_store: Store, home: Path) -> Case:
    """A group of four trusts, drafted from the official files alone."""
    write_draft(draft_case(full_store, "larger-group", LARGER), home / "data")
    return load_case("larger-group")


def _built(case: Case, store: Path, out: Path, areas: Sequence[str] = ()) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_DATA", str(store))
        build(areas, case=case.name, out=out, jobs=os.cpu_count())
    return {page.stem: page.read_text(encoding="utf-8") for page in out.glob("*.html")}


@pytest.fixture(scope="module")
def with_data(
    drafted: Case, full_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("with-data")
    return _built(drafted, full_store.root, folder / "reports", _areas(drafted))


@pytest.fixture(scope="module")
def without_data(drafted: Case, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("without-data")
    return _built(drafted, folder / "no-store", folder / "reports", WITHOUT_DATA)


def _areas(case: Case) -> tuple[str, ...]:
    """Return the reports of every opportunity area, and of the context."""
    return ("context", *(area.id for area in case.areas))


def _prose(page: str) -> str:
    """Return a page without its pictures and without the code and parameters of its notebook."""
    return re.sub(r'src="data:[^"]*"|<details class="code".*?</details>', "", page, flags=re.S)


def test_every_area_runs_for_a_larger_group(with_data: dict[str, str], drafted: Case) -> None:
    assert len(drafted.areas) == 11
    assert set(_areas(drafted)) <= set(with_data)


def test_nothing_of_the_default_case_shows(
    with_data: dict[str, str], own_words: dict[str, str], drafted: Case
) -> None:
    # A trust of the default case may be a comparator of this one.
    peers = drafted.peer_trust_codes
    strange = [word for word, code in own_words.items() if code not in peers]
    # These two list the registers that every case shares, with their references.
    shared = {"assurance", "sources"}
    for area, page in with_data.items():
        if area in shared:
            continue
        found = [word for word in strange if re.search(rf"\b{re.escape(word)}\b", _prose(page))]
        assert not found, f"{area}: {found}"


def test_the_trusts_of_the_group_show(with_data: dict[str, str], drafted: Case) -> None:
    for trust in drafted.trusts:
        assert trust.short_name in with_data["a2"], trust.short_name


def test_most_of_what_is_shown_has_data(with_data: dict[str, str]) -> None:
    shown = sum(page.count('class="ca-figure"') for page in with_data.values())
    # Eleven areas and the context have a figure each at the very least.
    assert shown >= 12


def test_notebooks_say_what_is_missing_where_there_is_no_data(
    without_data: dict[str, str],
) -> None:
    for area in WITHOUT_DATA:
        assert "ca-missing" in without_data[area], area
        assert "Traceback" not in without_data[area], area


def test_case_copied_without_its_claims_runs(
    home: Path, full_store: Store, root: Path, tmp_path: Path
) -> None:
    """The default case's folder, with other trusts and places, and no claims."""
    folder = home / "data" / "cases" / "copied"
    shutil.copytree(root / "data" / "cases" / "norfolk-waveney", folder)
    for name in ("claims.csv", "derivations.yaml", "scenarios.yaml", "priorities.yaml"):
        (folder / name).unlink(missing_ok=True)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    changed = text.replace("name: norfolk-waveney", "name: copied", 1)
    for old, new in {"RM1": "RDU", "RGP": "RDZ0", "RCX": "RWF"}.items():
        changed = changed.replace(old, new)
    (folder / "case.yaml").write_text(changed.replace("RDZ0", "RA7"), encoding="utf-8")
    # The others are built for a group without claims above.
    areas = ("context", "c2")
    assert set(areas) <= set(
        _built(load_case("copied"), full_store.root, tmp_path / "reports", areas)
    )
