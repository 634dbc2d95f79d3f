"""Text of a publication that would act: as a script on a page, as a formula in a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from caseanalysis import official
from caseanalysis.exporting import csv_text, xlsx_bytes
from caseanalysis.notebook.markup import table_html
from caseanalysis.store import Store
from small_publications import ae_csv

SCRIPT = "<script>alert('a')</script>"
FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://a.example";"b")')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def named(folder: Path, name: str) -> Path:
    """Return a publication in which a trust has another name."""
    quoted = '"' + name.replace('"', '""') + '"'
    path = folder / "a.csv"
    path.write_text(ae_csv().replace("RAA TRUST", quoted), encoding="utf-8")
    return path


def test_script_in_the_name_of_a_trust_is_text_where_a_notebook_shows_it(
    tmp_path: Path, root: Path
) -> None:
    Store(root).add([named(tmp_path, SCRIPT)])
    table = official.table("ae_monthly", store=root)
    assert SCRIPT in table["org_name"].tolist()
    names = pd.DataFrame(table[["org_code", "org_name"]])
    columns = {"org_code": "Code", "org_name": "Trust"}
    shown = table_html(names, columns, caption=SCRIPT, identifier="trusts")
    for page in (shown, table[["org_code", "org_name"]]._repr_html_()):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_in_the_name_of_a_trust_is_text_where_a_spreadsheet_opens_it(
    tmp_path: Path, root: Path, formula: str
) -> None:
    Store(root).add([named(tmp_path, formula)])
    table = official.table("ae_monthly", store=root)
    kept = table["org_name"].tolist()[1]
    line = csv_text(table[["org_name"]]).splitlines()[2]
    assert line.lstrip('"').startswith("'") == (kept[0] in "=+-@\t")
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(table, title="A")))
    cells = book.get_sheet_by_name("Table").to_python()
    assert cells[2][list(table).index("org_name")] == kept
    assert b"<f>" not in xlsx_parts(xlsx_bytes(table, title="A"))


def xlsx_parts(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
