"""Small valid publications with bytes or cells changed: read, or refused in the one family.

Run longer by hand with ``CASEANALYSIS_FUZZ_EXAMPLES=20000``.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseanalysis.errors import CaseAnalysisError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import all_readers, read
from small_publications import (
    ae_csv,
    ae_workbook,
    boundaries_json,
    catchment_csv,
    deprivation_csv,
    lookup_csv,
    rates_json,
    rural_urban_csv,
    variants_json,
)

EXAMPLES = int(os.environ.get("CASEANALYSIS_FUZZ_EXAMPLES", "60"))
AREAS = [f"E0100000{number}" for number in range(10)]
TEXTS = {
    "ae_monthly_csv": ae_csv(),
    "lsoa_lookup_2022": lookup_csv({"E01000001": ("E07000991", "E54000999")}),
    "imd_2019_lsoa": deprivation_csv(AREAS),
    "rural_urban_2011": rural_urban_csv(dict.fromkeys(AREAS, True)),
    "ohid_catchment_shares": catchment_csv({("RAA", "E07000991"): 1.0}),
}
TREES = {
    "ons_boundaries": boundaries_json(["E07000991"], year=22),
    "strategy_unit_activity_rates": rates_json("E07000991", {0: (0.5, 0.25), 1: (1.5, 2.5)}),
    "strategy_unit_population_variants": variants_json("E07000991", {2030: {0: (10.0, 11.0)}}),
}
CELLS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "-", "*", "NaN", "nan", "inf", "-inf", "1e999", "-1", "0.1", "1,000", "٣"),
            *("9" * 30, "9" * 5_000, "\0", "\ufeff", "\r", '"', "E01000001", "RAA", "TOTAL"),
            *("MSitAE-MARCH-9999", "MSitAE-SMARCH-2031", "99th May 2031", "2031-02-30", "='x'"),
        ]
    ),
    st.text(max_size=12),
    st.floats().map(str),
    st.integers().map(str),
)
VALUES = st.one_of(
    *(CELLS, st.none(), st.booleans(), st.integers(), st.floats()),
    st.recursive(st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=4),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


def outcome(content: bytes) -> None:
    """Read bytes as a file; anything but a reading or an error of the family is raised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given"
        path.write_bytes(content)
        try:
            reader, reading = read(OfficialFile(path))
        except CaseAnalysisError as error:
            assert error.remedy
        else:
            assert reader in all_readers()
            assert reading.tables


def workbook_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return ae_workbook(Path(folder) / "a.xlsx").read_bytes()


WORKBOOK = workbook_bytes()
BYTES = {
    "ae_monthly_workbook": WORKBOOK,
    **{name: text.encode() for name, text in (TEXTS | TREES).items()},
}
fuzzed = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", list(BYTES))
def test_valid_publication_is_known(tmp_path: Path, name: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(BYTES[name])
    assert read(OfficialFile(path))[0].source == name


@fuzzed
@given(st.data())
def test_changed_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(BYTES[data.draw(st.sampled_from(sorted(BYTES)))])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        length = data.draw(st.integers(0, 20))
        kind = data.draw(st.sampled_from(["replace", "insert", "double", "cut"]))
        if kind == "double":
            content[at:at] = content[at : at + length]
        elif kind == "cut":
            del content[at : at + (length or len(content))]
        else:
            end = at + (length if kind == "replace" else 0)
            content[at:end] = data.draw(st.binary(max_size=8))
    outcome(bytes(content))


@fuzzed
@given(st.data())
def test_changed_cells_are_read_or_refused(data: st.DataObject) -> None:
    rows = list(csv.reader(io.StringIO(TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))])))
    for _ in range(data.draw(st.integers(1, 3))):
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        change_row(data, rows, row)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    outcome(stream.getvalue().encode("utf-8", "replace"))


def change_row(data: st.DataObject, rows: list[list[str]], row: list[str]) -> None:
    kind = data.draw(st.sampled_from(["cell", "cell", "cell", "longer", "shorter", "double"]))
    if kind == "double" or not row:
        rows.append(list(row))
    elif kind == "longer":
        row.insert(data.draw(st.integers(0, len(row))), data.draw(CELLS))
    elif kind == "shorter":
        del row[data.draw(st.integers(0, len(row) - 1))]
    else:
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)


@fuzzed
@given(st.data())
def test_changed_records_are_read_or_refused(data: st.DataObject) -> None:
    tree = json.loads(TREES[data.draw(st.sampled_from(sorted(TREES)))])
    node, last = tree, None
    for _ in range(data.draw(st.integers(1, 6))):
        if not isinstance(node, dict | list) or not node:
            break
        keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        parent, last = node, data.draw(st.sampled_from(keys))
        node = parent[last]
    if data.draw(st.booleans()) and isinstance(parent, dict):
        del parent[last]
    else:
        parent[last] = data.draw(VALUES)
    outcome(json.dumps(tree).encode())


@fuzzed
@given(st.data())
def test_changed_sheets_are_read_or_refused(data: st.DataObject) -> None:
    part = "xl/worksheets/1.xml"
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    pieces = parts[part].split(b"<c")
    at = data.draw(st.integers(1, len(pieces) - 1))
    pieces[at] = data.draw(sheet_cells())
    parts[part] = b"<c".join(pieces)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    outcome(stream.getvalue())


def sheet_cells() -> st.SearchStrategy[bytes]:
    numbers = st.one_of(st.floats().map(str), CELLS).map(lambda v: f"><v>{v}</v></c>")
    places = st.tuples(st.text("ABXFDZ", max_size=3), st.integers(0, 10**8))
    far = places.map(lambda place: f' r="{place[0]}{place[1]}"><v>1</v></c>')
    kinds = st.sampled_from(["s", "b", "e", "d", "str", "inlineStr", "q"])
    other = st.tuples(kinds, CELLS).map(lambda two: f' t="{two[0]}"><v>{two[1]}</v></c>')
    strategies: list[st.SearchStrategy[str]] = [numbers, far, other]
    encoded: Callable[[str], bytes] = lambda text: text.encode("utf-8", "replace")  # noqa: E731
    return st.one_of(strategies).map(encoded)
