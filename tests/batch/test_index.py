"""The index: cards with their status, claims as a chart, how fresh the data are, what is linked."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from handmade import PUBLICATION, evidence, finding, page, table, written
from throwaway import Project

from caseanalysis.batch.freshness import (
    age_text,
    last_month,
    months_behind,
    newest,
    publications,
)
from caseanalysis.batch.index import Changes, checked_text
from caseanalysis.batch.verdict_chart import described, verdict_chart


def _text(folder: Path, name: str = "index.html") -> str:
    return (folder / name).read_text(encoding="utf-8")


def _card(index: str, area: str) -> str:
    return index.split(f'id="card-{area}"')[1].split("</li>\n<li")[0].split("</section>")[0]


@pytest.fixture
def index(project: Project, tmp_path: Path) -> str:
    """An index of one whole report, one in part, and an area without a notebook."""
    whole = page("a1", findings=[finding()], tables=[table()])
    partial = page("context", order=0, missing=["the figure “Residents”"])
    return _text(written(tmp_path / "new", whole, partial))


def test_case_is_told_from_its_records_with_markup_as_text(index: str) -> None:
    assert "<h1>Three Towns &lt;hospitals&gt; group</h1>" in index
    assert "Two trusts &amp; a question." in index


def test_card_has_its_short_title_headline_status_and_verdicts(index: str) -> None:
    card = _card(index, "a1")
    assert '<a href="a1.html">A1 Ageing</a>' in card
    assert "a1: 2,050 beds." in card
    assert '<span class="status-word">Complete</span>' in card
    assert re.search(r"<li>1 <span class=\"ca-verdict ca-reproduced\">", card)


def test_card_says_what_is_not_shown_and_which_areas_have_no_notebook(index: str) -> None:
    assert '<span class="status-word">In part</span>' in _card(index, "context")
    assert "Not shown for want of data: 1" in _card(index, "context")
    assert '<span class="status-word">No notebook yet</span>' in _card(index, "a2")
    assert 'href="a2.html"' not in index


def test_failed_report_is_shown_with_its_error_beside_the_last_good_one(
    project: Project, tmp_path: Path
) -> None:
    old = written(tmp_path / "old", page("a1"))
    failures = {"a1": "cell 4: KeyError '<x>'.", "a2": "out of memory", "context": "killed"}
    index = _text(written(tmp_path / "new", old=old, failures=failures))
    card = _card(index, "a1")
    assert (
        "cell 4: KeyError &#39;&lt;x&gt;&#39;; the report below is of the last good build" in card
    )
    assert 'href="a1.html"' in card
    assert "out of memory; no earlier report." in _card(index, "a2")
    assert 'href="a2.html"' not in index
    assert "killed; no earlier report." in _card(index, "context")
    assert "3 reports could not be made in the last build" in index


def test_only_what_was_written_is_linked(project: Project, tmp_path: Path) -> None:
    folder = written(tmp_path / "new", page("a1"))
    links = re.findall(r'href="([a-z0-9-]+\.[a-z]+)', _text(folder))
    pages = {f"{name}.html" for name in ("board", "ledger", "sources", "assurance", "methods")}
    files = {"three-towns-reports.zip", "three-towns-tables.xlsx", "findings.csv"}
    assert pages | files <= set(links)
    assert [name for name in links if not (folder / name).is_file()] == []


def test_changes_are_told_only_where_there_are_some(project: Project, tmp_path: Path) -> None:
    assert "What changed" not in _text(written(tmp_path / "none", page("a1")))
    moved = Changes(("Two findings moved by more than <1%.",))
    index = _text(written(tmp_path / "some", page("a1"), changes=moved))
    assert "Two findings moved by more than &lt;1%." in index
    assert 'href="changes.html"' in index


def test_only_the_script_and_the_styles_of_the_page_may_act(index: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', index)[1]
    script = re.search(r"<script>(.*?)</script>", index, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;;" in policy
    assert "unsafe" not in policy
    assert " style=" not in index


def test_counts_become_a_sentence() -> None:
    counts = {"reproduced": 3, "within range": 1, "differs": 1, "not testable": 5}
    assert checked_text(counts) == (
        "10 statements of the case; 5 of them could be set beside the publishers’ figures: 4 hold "
        "and 1 differs. 5 cannot be tested from the data at hand."
    )


def test_chart_draws_each_verdict_to_scale_and_says_so_in_words() -> None:
    svg = verdict_chart({"reproduced": 1, "differs": 4})
    assert re.findall(r'class="bar-([a-z]+)" x="0" y="\d+" width="([\d.]+)%"', svg) == [
        ("reproduced", "25.00"),
        ("differs", "100.00"),
    ]
    assert 'role="img"' in svg
    assert described({"reproduced": 1, "differs": 4}) in svg
    assert "reproduced 1 (20%); differs 4 (80%)" in svg
    assert verdict_chart({}) == ""


def test_horizon_of_several_projections_is_no_month_of_data() -> None:
    cited = {"title": "Eleven projection variants", "publisher": "P", "page": "https://p.example"}
    inputs = [{**cited, "source": "variants", "release": "9 files", "period": "2000 to 2043"}]
    evidence = [{"basis": "data store", "inputs": inputs}]
    (found,) = publications({"a1": {"evidence": evidence}})
    assert found.ends is None


@pytest.mark.parametrize(
    ("period", "release", "month"),
    [
        ("2019-04 to 2025-03", "72 files", (2025, 3)),
        ("2023-24", "2023-24", (2024, 3)),
        ("2024-25 Q2 to 2024-25 Q3", "", (2024, 12)),
        ("2022-04-01 to 2025-08-31", "", (2025, 8)),
        ("mid-2021, mid-2022", "SAPE24", (2022, 6)),
        ("April 2023 to March 2024", "", (2024, 3)),
        ("2017 to 2019", "", (2019, 12)),
        ("2018 to 2043", "2018-based, principal", (2018, 6)),
        ("2000 to 2043", "estimates 2000 to 2023, projections 2024 to 2043", (2023, 6)),
        ("2024", "mid-2024", (2024, 6)),
        ("not stated in the file", "undated", None),
    ],
)
def test_last_month_of_a_period_is_read(
    period: str, release: str, month: tuple[int, int] | None
) -> None:
    assert last_month(period, release=release) == month


@pytest.mark.parametrize(
    ("months", "text"),
    [
        (0, "the newest"),
        (1, "1 month"),
        (14, "1 year 2 months"),
        (24, "2 years"),
        (None, "not stated"),
    ],
)
def test_age_is_told_in_words(months: int | None, text: str) -> None:
    assert age_text(months) == text


def test_age_is_counted_from_the_newest_data_of_the_build() -> None:
    records = {
        "a1": {"evidence": [evidence(), evidence("old", source="qof", period="2022-23")]},
        "a2": {"evidence": [evidence()]},
    }
    found = publications(records)
    assert [(one.source, one.areas) for one in found] == [("kh03", ("a1", "a2")), ("qof", ("a1",))]
    # March 2025 and March 2023.
    assert [months_behind(one.ends, newest(found)) for one in found] == [0, 24]


def test_publications_are_shown_with_release_period_and_age(index: str) -> None:
    row = index.split("Beds &amp; &lt;i&gt;occupancy&lt;/i&gt;</a></th>")[1].split("</tr>")[0]
    assert f"<td>{PUBLICATION['period']}</td><td>the newest</td>" in row
    assert f"<td>{PUBLICATION['release']}</td><td>{PUBLICATION['publisher']}</td>" in row
    assert '<a href="context.html">context</a>' in row
