"""The loaders of the registers: sources, assumptions, measures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caseanalysis.errors import RecordError
from caseanalysis.registers import (
    load_addresses,
    load_assumptions,
    load_measures,
    load_sources,
    source,
)

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
ADDRESSES = f"""addresses:
  - source: counts
    under: https://example.org/files/
    evidence: A program fetches them.
    files:
      2024-05: [2024/06/Counts%20May.csv, {64 * "a"}]
      2024-25 Q2: [q2.xlsx, {64 * "b"}]
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


def test_addresses_are_put_together_and_found_by_period(tmp_path: Path) -> None:
    file_at(tmp_path, "sources/counts.yaml", SOURCE)
    file_at(tmp_path, "addresses.yaml", ADDRESSES)
    may, second = load_addresses(tmp_path)["counts"]
    assert str(may.url) == "https://example.org/files/2024/06/Counts%20May.csv"
    assert (may.source, may.period, may.sha256) == ("counts", "2024-05", 64 * "a")
    for period in ("2024-05", "2024", "2024-25", "2024-25 Q1", "2023-01 to 2024-05"):
        assert may.within(period), period
    for period in ("2024-06", "2023-24", "2024-25 Q2", "2025", "2024-06 to 2024-07"):
        assert not may.within(period), period
    # July, August and September 2024.
    wanted = {
        "2024-06": False,
        "2024-07": True,
        "2024-09": True,
        "2024-10": False,
        "2011-12": False,
    }
    assert {period: second.within(period) for period in wanted} == wanted


@pytest.mark.parametrize(
    ("changed", "to", "said"),
    [
        ("files/\n", "files\n", "line 2: found .*wanted `under` ends in a slash"),
        ("2024/06/Counts%20May.csv", "2024/06/", "line 6: found .*2024/06/"),
        ("2024/06/Counts%20May.csv", "../a//b.csv", "line 6: found"),
        (64 * "b", 63 * "b", "line 7: found"),
        (f", {64 * 'b'}", "", "line 7: found"),
        ("2024-25 Q2", "2024-26", "wanted .*a month or a financial year, not '2024-26'"),
        ("2024-25 Q2", "2024-06 to 2024-05", "wanted .*ends after it begins"),
        ("source: counts", "source: count", "addresses of 'count'.*did you mean 'counts'"),
        ("2024-25 Q2", "2024-05", "line 7"),
    ],
)
def test_address_that_is_wrong_is_refused_at_its_line(
    tmp_path: Path, changed: str, to: str, said: str
) -> None:
    file_at(tmp_path, "sources/counts.yaml", SOURCE)
    file_at(tmp_path, "addresses.yaml", ADDRESSES.replace(changed, to))
    with pytest.raises(RecordError, match=said):
        load_addresses(tmp_path)
