"""The nearest known publication of a file that no reader knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.errors import UnknownPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import identify, nearest_reader
from small_publications import xlsx


def saved(folder: Path, text: str) -> OfficialFile:
    path = folder / "given"
    path.write_text(text, encoding="utf-8")
    return OfficialFile(path)


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("LSOA11CD,LSOA11NM,RUC11CDX,RUC", "rural_urban_2011"),
        ("practice code,group code,register total,list size practice", "qof_prevalence"),
        ("share;proportion_trust_came_from_ltla;nhs_trust23_code", "ohid_catchment_shares"),
    ],
)
def test_headings_that_moved_name_their_publication(
    tmp_path: Path, header: str, source: str
) -> None:
    near = nearest_reader(saved(tmp_path, f"{header}\n1,2,3,4\n"))
    assert near is not None
    assert near.source == source


def test_sheet_that_was_renamed_names_its_publication(tmp_path: Path) -> None:
    # The headings of the first sheets count as well as its name.
    rows = [["TrustCode", "TrustName", "All admissions", "Emergency admissions", "Year"]]
    near = nearest_reader(OfficialFile(xlsx(tmp_path / "a.xlsx", "Catchments", rows)))
    assert near is not None
    assert near.source == "ohid_catchment_populations"


@pytest.mark.parametrize(
    "text", ["Dear reader,\nnothing here.\n", "a,b,c\n", "[1, 2]", "2018,2019"]
)
def test_file_that_is_like_none_is_said_to_be_like_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownPublicationError, match="no known publication is near"):
        identify(saved(tmp_path, text))
