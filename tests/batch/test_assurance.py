"""The log of assumptions and decisions, the record of verification, and who checked what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from throwaway import Project

from caseanalysis.batch.assurance import assurance_page
from caseanalysis.batch.checking import Checking, checkings, unchecked, warning
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.verification import Verified, modules_in, verified_methods
from caseanalysis.case import Case, default_case, load_case, load_claims, load_scenarios
from caseanalysis.locations import project_root
from caseanalysis.quality import load_checks
from caseanalysis.registers import (
    load_cautions,
    load_comparisons,
    load_decisions,
    load_limitations,
    load_measures,
    load_sources,
)

CASE = default_case()
THREE = """\
reviewed:
  - id: one
    checker: maintainers
    checked_on: 2026-01-01
  - id: two
    checker: A. Reviewer
    checked_on: 2026-01-02
  - id: three
    checker: null
"""
CHECKED_CLAIM = """\
id,section,area,figure,place,quotation,statement,measure,entity,group,period,operator,value,unit,\
step,comparator,printed_source,untestable,note,checker,checked_on
a1-001,1,a1,,p,,Beds grow.,beds,group,all,2023,equal,17,percent,1,,,,,A. Reviewer,2026-01-02
"""
OF_FILE = "read: the whole text\nchecker: maintainers\n\nshared:\n  - {id: one}\n  - {id: two}\n"


def by_file(case: Case) -> dict[str, Checking]:
    return {one.file: one for one in checkings(case)}


def text_of(html: str) -> str:
    main = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def built(**parameters: Any) -> dict[str, Any]:
    return {"parameters": {"case": CASE, **parameters}}


@pytest.fixture(scope="module")
def record() -> list[Verified]:
    return verified_methods()


@pytest.fixture(scope="module")
def scenario() -> Any:
    """A scenario of the default case that replaces a factor."""
    return next(one for one in load_scenarios(CASE).values() if one.factors)


@pytest.fixture(scope="module")
def html(scenario: Any) -> str:
    records = {"a1": built(scenario=None), "a2": built(scenario=scenario.id)}
    return assurance_page(load_case(CASE), records, "1.0")


def test_a_check_by_the_authors_is_told_from_one_by_another_and_from_none(project: Project) -> None:
    registers = project.root / "data" / "registers"
    (registers / "reviewed.yaml").write_text(THREE, encoding="utf-8")
    (registers / "shared.yaml").write_text(OF_FILE, encoding="utf-8")
    (registers / "plain.csv").write_text('id,note\na,"two\nlines"\nb,\n', encoding="utf-8")
    found = by_file(load_case("three-towns"))
    assert found["registers/reviewed.yaml"] == Checking("registers/reviewed.yaml", 3, 1, 1)
    assert found["registers/reviewed.yaml"].nobody == 1
    assert found["registers/shared.yaml"] == Checking("registers/shared.yaml", 2, 0, 2)
    assert found["registers/plain.csv"] == Checking("registers/plain.csv", 2, 0, 0)
    assert found["cases/three-towns/case.yaml"] == Checking("cases/three-towns/case.yaml", 1, 0, 0)
    # Two of three, two, two and the case itself.
    assert warning(unchecked(load_case("three-towns"))) == (
        "7 published records were checked by no second person: 4 name no checker, 3 only those "
        "who wrote them"
    )


def test_sign_off_counts_for_as_many_records_as_were_checked(project: Project) -> None:
    registers = project.root / "data" / "registers"
    (registers / "plain.csv").write_text("id\na\nb\n", encoding="utf-8")
    sign_offs = registers / "sign_offs.csv"
    header = "file,checker,checked_on,records,how\n"
    row = "registers/plain.csv,A. Reviewer,2026-01-02,2,against the files\n"
    sign_offs.write_text(header + row, encoding="utf-8")
    assert by_file(load_case("three-towns"))["registers/plain.csv"].second == 2
    (registers / "plain.csv").write_text("id\na\nb\nc\n", encoding="utf-8")
    assert by_file(load_case("three-towns"))["registers/plain.csv"].second == 0


def test_a_single_record_may_name_its_checker(project: Project) -> None:
    path = project.root / "data" / "cases" / "three-towns" / "claims.csv"
    path.write_text(CHECKED_CLAIM, encoding="utf-8")
    claim = load_claims("three-towns")[0]
    assert (claim.checker, str(claim.checked_on)) == ("A. Reviewer", "2026-01-02")
    assert by_file(load_case("three-towns"))["cases/three-towns/claims.csv"].second == 1


def test_nothing_unchecked_is_no_warning() -> None:
    assert warning([]) == ""


def test_records_are_counted_as_they_are_loaded() -> None:
    found = by_file(load_case(CASE))
    checks = load_checks()
    wanted = {
        "registers/cautions.yaml": len(load_cautions()),
        "registers/measures.csv": len(load_measures()),
        "registers/sources": len(load_sources()),
        "registers/decisions.yaml": len(load_decisions()),
        "registers/limitations.yaml": len(load_limitations()),
        f"cases/{CASE}/claims.csv": len(load_claims(CASE)),
        "registers/quality_checks.yaml": sum(
            len(getattr(checks, name)) for name in ("narrowed", "pairs", "explained")
        ),
    }
    assert {file: found[file].records for file in wanted} == wanted
    named = [one.checker for one in load_sources().values() if one.checker]
    assert found["registers/sources"].nobody == len(load_sources()) - len(named)


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("from caseanalysis.methods import rates, funnel as drawn", {"rates", "funnel"}),
        ("from caseanalysis.methods import (\n    cover,\n    queues,\n)", {"cover", "queues", ""}),
        ("from caseanalysis.methods.evaluation import NEVER", {"evaluation"}),
        ("%time x = methods.demand.by_trust(y)", {"demand"}),
        ("from caseanalysis import charts", set()),
    ],
)
def test_modules_are_known_from_what_is_imported_or_named(source: str, modules: set[str]) -> None:
    assert modules_in(source) == modules


def test_each_method_has_an_example_tests_and_limits(record: list[Verified]) -> None:
    assert len(record) >= 38
    for one in record:
        assert one.examples >= 1, one.page
        assert one.tests, one.page
        assert all(count >= 1 for count in one.tests.values()), one.page
        assert len(one.limits) > 20, one.page
        assert "](" not in one.limits, one.page


def test_use_is_followed_through_other_methods(record: list[Verified]) -> None:
    economics = next(one for one in record if one.page == "economics")
    # The notebook imports benefits alone, which discounts by economics.
    assert "prioritisation" in economics.reports or "benefits" in economics.reports


def test_each_comparison_is_made_where_it_is_said_to_be(record: list[Verified]) -> None:
    pages = {one.page for one in record}
    for one in load_comparisons():
        assert one.page in pages, one.compared_with
        text = (project_root() / one.where).read_text(encoding="utf-8")
        assert one.words.lower() in text.lower(), one.compared_with


def test_each_decision_and_limitation_refers_to_what_is_there() -> None:
    areas = {"all", *(one.area for one in find_notebooks())}
    for one in (*load_decisions(), *load_limitations()):
        assert (project_root() / one.reference).is_file(), one.id
    for limitation in load_limitations():
        assert set(limitation.reports) <= areas, limitation.id


def test_page_has_each_record_and_links_reports_that_were_built(html: str) -> None:
    rows = re.findall(r'<tr id="(assumption|decision|method|limitation)-[^"]+"', html)
    assert rows.count("decision") == len(load_decisions())
    assert rows.count("limitation") == len(load_limitations())
    assert rows.count("assumption") > 50
    assert rows.count("method") == len(list((project_root() / "docs/methods").glob("*.md")))
    assert 'href="a1.html">A1</a>' in html
    assert 'href="b1.html"' not in html
    assert "maintainers, who wrote it, 2026" in text_of(html)
    assert "Not independently assured." in html
    assert "<script" not in html


def test_factors_of_a_scenario_are_shown_in_place_of_the_register(html: str, scenario: Any) -> None:
    text = text_of(html)
    assert f"The scenario “{scenario.title}”, with which A2 was built, puts others in" in text
    assert f"{next(iter(scenario.factors))}: " in text


@pytest.mark.usefixtures("project")
def test_project_without_registers_says_what_is_not_recorded() -> None:
    text = text_of(assurance_page(load_case("three-towns"), {}, "1.0"))
    assert "No assumptions are recorded." in text
    assert "No decisions are recorded." in text
    assert "The pages on methods are not beside the notebooks" in text
    assert "No limitations are recorded for the whole." in text
