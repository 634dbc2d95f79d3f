"""The loaders of the registers: sources, assumptions, measures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caseanalysis.errors import RecordError
from caseanalysis.registers import load_assumptions, load_measures, load_sources, source

SOURCE = """id: counts
title: Counts
publisher: The office
edition: January 2024
licence: Open Government Licence v3.0
open_licence: true
page: https://example.org/counts
obtain: Download the workbook.
cadence: monthly
form: as published
tables: [counts]
seen: true
checker: someone
checked_on: 2024-02-01
"""
ASSUMPTION = """assumptions:
  - id: first
    title: First
    low: 0.1
    central: 0.2
    high: 0.3
    unit: share
    reference: A table.
    reason: None is published.
    used_by: [tables/places]
    checker: someone
    checked_on: 2024-02-01
"""
MEASURES = "id,title,unit,numerator,denominator,better\n"


def file_at(root: Path, name: str, text: str) -> Path:
    path = root / "registers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_sources_are_read_by_id_and_again_after_a_change(tmp_path: Path) -> None:
    file_at(tmp_path, "sources/counts.yaml", SOURCE)
    assert source("counts", tmp_path).checked_on == date(2024, 2, 1)
    file_at(tmp_path, "sources/counts.yaml", SOURCE.replace("The office", "The other office"))
    assert source("counts", tmp_path).publisher == "The other office"


def test_source_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    file_at(tmp_path, "sources/counts.yaml", SOURCE)
    with pytest.raises(RecordError, match="did you mean 'counts'"):
        source("count", tmp_path)


def test_source_in_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    file_at(tmp_path, "sources/sums.yaml", SOURCE)
    with pytest.raises(RecordError, match=r"sums\.yaml, line 1: found id 'counts'"):
        load_sources(tmp_path)


def test_open_figures_keyed_by_others_need_a_second_source(tmp_path: Path) -> None:
    rekeyed = SOURCE.replace("as published", "re-keyed by others")
    file_at(tmp_path, "sources/counts.yaml", rekeyed)
    with pytest.raises(RecordError, match="checked_against"):
        load_sources(tmp_path)
    file_at(tmp_path, "sources/counts.yaml", rekeyed + "checked_against: the workbook, equal\n")
    assert load_sources(tmp_path)["counts"].form == "re-keyed by others"


def test_address_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    file_at(tmp_path, "sources/counts.yaml", SOURCE.replace("https://example.org/", "see "))
    with pytest.raises(RecordError, match=r"counts\.yaml, line 7: found page = 'see counts'"):
        load_sources(tmp_path)


def test_assumption_out_of_order_is_refused_at_its_line(tmp_path: Path) -> None:
    second = ASSUMPTION.split("\n", 1)[1].replace("id: first", "id: second")
    text = ASSUMPTION + second.replace("high: 0.3", "high: 0.15")
    path = file_at(tmp_path, "assumptions.yaml", text)
    with pytest.raises(RecordError) as caught:
        load_assumptions(tmp_path)
    assert caught.value.where == f"{path}, line 13"
    assert caught.value.wanted == "low <= central <= high"


def test_assumption_without_a_reference_is_refused(tmp_path: Path) -> None:
    file_at(tmp_path, "assumptions.yaml", ASSUMPTION.replace("    reference: A table.\n", ""))
    with pytest.raises(RecordError, match=r"line 2: found no reference"):
        load_assumptions(tmp_path)


def test_assumption_twice_names_both_lines(tmp_path: Path) -> None:
    file_at(tmp_path, "assumptions.yaml", ASSUMPTION + ASSUMPTION.split("\n", 1)[1])
    with pytest.raises(RecordError, match=r"line 13: found id = 'first', as on line 2"):
        load_assumptions(tmp_path)


def test_measure_of_an_unknown_unit_is_refused_at_its_line(tmp_path: Path) -> None:
    rows = "waits,Waits,count,people who wait,,lower\nrate,Rate,percent,some,all,higher\n"
    path = file_at(tmp_path, "measures.csv", MEASURES + rows)
    with pytest.raises(RecordError) as caught:
        load_measures(tmp_path)
    assert caught.value.where == f"{path}, line 3"
    assert caught.value.found == "unit = 'percent'"


def test_measures_are_read_by_id(tmp_path: Path) -> None:
    file_at(tmp_path, "measures.csv", MEASURES + "waits,Waits,count,people who wait,,lower\n")
    measure = load_measures(tmp_path)["waits"]
    assert (measure.denominator, measure.better) == (None, "lower")
