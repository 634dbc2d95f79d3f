"""A file that names no year is known by a register; a later edition needs a row there, no code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from handmade_files import refusal, text_file, workbook

from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import read
from caseanalysis.readers.editions import load_editions
from caseanalysis.registers import load_sources

_QOF = """PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE
A00001,AF,10.0,TOTAL,400
A00002,AF,20.0,TOTAL,600
"""
_MAPPING = """PRACTICE_CODE,PRACTICE_NAME,PCN_ODS_CODE,PCN_NAME,SUB_ICB_ONS_CODE,ICB_ONS_CODE,\
ICB_ODS_CODE,ICB_NAME,REGION_ONS_CODE
A00001,A,U00001,One,E38000001,E54000001,QAA,Board,E40000001
"""
_AGES = ",".join(str(age) for age in range(90)) + ",90+"
_DISTRICTS = f"""Code,Name,Geography,All ages,{_AGES}
E92000001,ENGLAND,Country,91{",1" * 91}
"""
_COMMONS = """lad_code,lad_name,group_code,register,list,prevalence
E06000001,A,AF,10,40,0.25
"""
_ERIC = """Estates
Organisation Code$Organisation Name$Commissioning Region$Organisation Type$\
Gross internal floor area (m2)
RAA$A TRUST$NORTH COMMISSIONING REGION$ACUTE$5000
"""
_STROKES = """area,Admissions
Place 010F,2
Place 010G,3
"""
#: Of each source: a small file, the figure that it is known by, and a tidy table's column of year.
FILES = {
    "qof_prevalence": (_QOF, 1000, "2031-32"),
    "qof_mapping": (_MAPPING, 1, "2031-32"),
    "ons_estimates_districts": (_DISTRICTS, 91, "mid-2031"),
    "commons_library_prevalence": (_COMMONS, 40, "2031-32"),
    "estates_returns": (_ERIC, 5000, "2031-32"),
    "stroke_admissions": (_STROKES, 5, "2029 to 2031"),
    "ohid_catchment_populations": (None, 30, "2031"),
}
_CATCHMENTS = [
    ["TrustCode", "TrustName", "All admissions", "Emergency admissions"],
    ["RAA", "A Trust", 10, 12],
    ["RBB", "B Trust", 20, 18],
]


def small_file(source: str, folder: Path) -> OfficialFile:
    text = FILES[source][0]
    if text is None:
        return workbook(folder, {"Sheet1": _CATCHMENTS})
    return text_file(folder, text)


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's registers, in use for this test."""
    folder = tmp_path / "project"
    (folder / "data" / "cases").mkdir(parents=True)
    shutil.copytree(root / "data" / "registers", folder / "data" / "registers")
    monkeypatch.setenv("CASEANALYSIS_HOME", str(folder))
    return folder


def add_row(project: Path, row: str) -> None:
    register = project / "data" / "registers" / "editions.csv"
    register.write_text(register.read_text("utf-8") + row + "\n", encoding="utf-8")


@pytest.mark.parametrize("source", FILES)
def test_next_edition_loads_once_its_row_is_added(
    source: str, tmp_path: Path, project: Path
) -> None:
    figure, edition = FILES[source][1:]
    file = small_file(source, tmp_path)

    message = refusal(file)
    assert f"found {figure:,}" in message
    assert f"data/registers/editions.csv the row `{source},EDITION," in message
    assert f",{figure},EVIDENCE,CHECKER,DATE`" in message

    add_row(project, f'{source},{edition},"a figure",{figure},a page,a person,2031-06-01')
    reader, reading = read(file)
    assert (reader.source, reading.release.removeprefix("from the registers of ")) == (
        source,
        edition,
    )


def test_every_edition_is_of_a_known_source_and_stands_once() -> None:
    records = load_editions()
    sources = load_sources()
    assert [one.source for one in records if one.source not in sources] == []
    assert len({(one.source, one.edition) for one in records}) == len(records) >= 10
    assert all(len(one.evidence.split()) >= 5 for one in records)


def test_the_row_that_the_error_gives_is_a_row_of_the_register(
    tmp_path: Path, project: Path
) -> None:
    file = small_file("qof_prevalence", tmp_path)
    row = refusal(file).split("`")[1]
    row = row.replace("EDITION", "2031-32").replace("EVIDENCE", "a page").replace("CHECKER", "a")

    add_row(project, row.replace("DATE", "2031-06-01"))

    assert read(file)[1].period == "2031-32"
