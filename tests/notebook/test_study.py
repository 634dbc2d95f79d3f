"""What a study shows, from evidence made by hand."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from types import SimpleNamespace
from urllib.parse import unquote

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from caseanalysis.case import Case
from caseanalysis.errors import MethodError, MissingDataError, ParameterError
from caseanalysis.library import Evidence, Input
from caseanalysis.methods.verdicts import VERDICTS
from caseanalysis.notebook import Study, open_study
from caseanalysis.notebook.display import Fragment
from caseanalysis.notebook.findings import amount
from caseanalysis.notebook.images import LARGEST_SVG
from caseanalysis.notebook.signs import SIGNS

CASE = Case.model_validate(
    {
        "name": "no-such-folder",
        "title": "A case",
        "region_name": "Somewhere",
        "summary": "A case made by hand.",
        "base_year": 2023,
        "horizon_year": 2033,
        "commissioner": {
            "code": "E54000099",
            "ods_code": "QZZ",
            "name": "A board",
            "short_name": "Board",
            "boundary_year": 2023,
        },
        "trusts": (
            {
                "code": "RZ1",
                "name": "A trust",
                "short_name": "Trust",
                "sites": ({"name": "A site", "place": "E07000001"},),
            },
        ),
        "places": ({"code": "E07000001", "name": "A place", "boundary_year": 2023},),
        "peers": {
            "trusts": {"rule": "none", "source": "none", "members": {}},
            "commissioners": {"rule": "none", "source": "none", "members": ()},
        },
    }
)
BEDS = pd.DataFrame(
    {"trust": ["<script>alert(1)</script>", "Lower & Co"], "beds": [12000.0, None], "rate": 0.5}
)
COLUMNS = {"trust": "Trust", "beds": ("Beds", "integer"), "rate": ("Occupied", "percent")}
BEDS_EVIDENCE = Evidence(
    name="beds",
    title="Beds by trust",
    table=BEDS,
    basis="data store",
    inputs=(
        Input(
            source="kh03",
            title="Bed <availability>",
            publisher="NHS England",
            release="2024-25 Q4",
            period="2025-01 to 2025-03",
            licence="Open Government Licence v3.0",
            attribution=None,
            page="https://www.england.nhs.uk/",
            files=1,
            sha256="ab" * 32,
        ),
    ),
)
MISSING = MissingDataError(
    where="table rates", found="nothing", wanted="hes_rates", remedy="add the files"
)


class Shown(list[Fragment]):
    """Fragments in the order in which they were shown."""

    @property
    def html(self) -> str:
        return self[-1].html


def _evidence(name: str) -> Evidence:
    if name != "beds":
        raise MISSING
    return BEDS_EVIDENCE


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def study(shown: Shown) -> Study:
    library = SimpleNamespace(
        evidence=_evidence, used=(BEDS_EVIDENCE,), has=lambda name: name == "beds"
    )
    return Study(CASE, library, parameters={"case": "a", "seed": 4}, show=shown.append)


def plot_beds(table: pd.DataFrame) -> Axes:
    _, ax = plt.subplots()
    ax.bar(range(len(table)), table["beds"])
    return ax


def describe_beds(table: pd.DataFrame) -> str:
    return f'Bars of "beds" for {len(table)} trusts, the larger of them with 12,000 beds.'


def test_a_table_has_caption_scope_and_aligned_numbers(study: Study, shown: Shown) -> None:
    study.table(BEDS, caption="Beds & trusts", columns=COLUMNS, evidence="beds", note="In March.")
    assert "<caption><span>Table 1. Beds &amp; trusts</span></caption>" in shown.html
    assert shown.html.count('<th scope="col"') == 3
    assert shown.html.count("<th scope=row>") == 2
    assert '<table class="ca-table ca-n2 ca-n3"' in shown.html
    assert "<td>12,000<td>50.0%" in shown.html
    assert "<td class=ca-gap>not available" in shown.html


def test_text_of_the_data_is_escaped(study: Study, shown: Shown) -> None:
    study.table(BEDS, caption="Beds", columns=COLUMNS)
    assert "<script>" not in shown.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.html


def test_a_wide_table_scrolls_in_a_region_that_the_keyboard_reaches(
    study: Study, shown: Shown
) -> None:
    study.table(BEDS, caption="Beds", columns=COLUMNS)
    assert 'tabindex="0" role="region" aria-label="Table 1. Beds"' in shown.html
    study.table(BEDS, caption="Names", columns={"trust": "Trust"})
    assert "tabindex" not in shown.html


def test_the_source_of_a_table_is_told_and_linked(study: Study, shown: Shown) -> None:
    study.table(BEDS, caption="Beds", columns=COLUMNS, evidence="beds")
    assert (
        'Source: <a href="#source-beds">Beds by trust</a> (NHS England; data store).' in shown.html
    )
    study.sources()
    assert 'id="source-beds"' in shown.html
    assert "ab" * 32 in shown.html
    assert shown[-1].facts["evidence"][0]["inputs"][0]["period"] == "2025-01 to 2025-03"


def test_numbers_without_a_style_are_refused(study: Study) -> None:
    with pytest.raises(MethodError, match=r"'beds' with 12000\.0 and no style"):
        study.table(BEDS, caption="Beds", columns={"trust": "Trust", "beds": "Beds"})


def test_a_column_that_is_not_there_is_refused(study: Study) -> None:
    with pytest.raises(MethodError, match="no column 'bed'"):
        study.table(BEDS, caption="Beds", columns={"bed": "Beds"})


def show_figure(study: Study, table: pd.DataFrame = BEDS, **options: object) -> None:
    settings = {"number": 7, "title": "Beds & more", "evidence": "beds", **options}
    study.figure(plot_beds, table, describe=describe_beds, columns=COLUMNS, **settings)


def test_a_figure_brings_its_description_source_and_data(study: Study, shown: Shown) -> None:
    show_figure(study)
    assert '<figure class="ca-figure" id="figure-7">' in shown.html
    assert 'role="img" aria-label="Bars of &quot;beds&quot; for 2 trusts, the larger' in shown.html
    assert 'aria-describedby="figure-7-long"' in shown.html
    told = "2 rows. Trust: &lt;script&gt;alert(1)&lt;/script&gt;, Lower &amp; Co."
    numbers = "Beds: 12,000, and 1 not available. Occupied: 50.0%."
    assert f'id="figure-7-long">{told} {numbers}</p>' in shown.html
    assert "Figure 7. Beds &amp; more" in shown.html
    assert "<summary>Data behind this figure</summary>" in shown.html
    assert 'href="#source-beds"' in shown.html
    assert plt.get_fignums() == []


def test_the_same_figure_is_the_same_bytes(study: Study, shown: Shown) -> None:
    show_figure(study)
    show_figure(study)
    first, second = (re.search(r"<svg.*</svg>", fragment.html)[0] for fragment in shown)
    assert 'id="figure-7-2"' in shown.html
    assert first == second.replace("figure-7-2", "figure-7")


def test_pixels_stay_pixels(study: Study, shown: Shown) -> None:
    def plot_pixels(table: pd.DataFrame) -> Axes:
        _, ax = plt.subplots()
        ax.imshow([[1, 2], [3, 4]])
        return ax

    study.figure(plot_pixels, BEDS, title="Many", describe=describe_beds, columns=COLUMNS)
    assert 'src="data:image/png;base64,' in shown.html


def test_a_drawing_too_large_for_a_page_becomes_pixels(study: Study, shown: Shown) -> None:
    def plot_many(table: pd.DataFrame) -> Axes:
        _, ax = plt.subplots()
        ax.plot([at * 1.37 % 11 for at in range(5000)], "o")
        return ax

    study.figure(plot_many, BEDS, title="Many", describe=describe_beds, columns=COLUMNS)
    assert 'src="data:image/png;base64,' in shown.html
    assert len(shown.html) < LARGEST_SVG


def test_a_figure_tells_its_data_as_computed(study: Study, shown: Shown) -> None:
    show_figure(study)
    facts = shown[-1].facts
    assert facts["columns"][1] == {"name": "beds", "label": "Beds", "style": "integer"}
    assert facts["rows"] == [["<script>alert(1)</script>", 12000.0, 0.5], ["Lower & Co", None, 0.5]]


def test_a_table_tells_days_as_iso_dates_and_its_number(study: Study, shown: Shown) -> None:
    days = pd.DataFrame({"day": [pd.Timestamp("2025-03-01"), pd.NaT], "beds": [3, 4]})
    columns = {"day": ("Day", "date"), "beds": ("Beds", "integer")}
    study.table(days, caption="Beds a day", columns=columns)
    facts = shown[-1].facts
    assert facts["rows"] == [["2025-03-01", 3], [None, 4]]
    assert (facts["id"], facts["number"], facts["title"]) == ("table-1", 1, "Beds a day")


def test_an_endless_number_is_refused(study: Study) -> None:
    endless = BEDS.assign(rate=float("inf"))
    with pytest.raises(MethodError, match="an infinite number in the column 'rate'"):
        study.table(endless, caption="Beds", columns=COLUMNS)


def saved(html: str) -> str:
    """Return the spreadsheet that a link in a page saves."""
    address = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', html)
    return unquote(unescape(address[1]))


def test_the_data_are_saved_as_a_spreadsheet_out_of_the_page(study: Study, shown: Shown) -> None:
    show_figure(study)
    assert saved(shown.html) == (
        "\ufeffTrust,Beds,Occupied (share from 0 to 1)\n"
        "<script>alert(1)</script>,12000,0.5\nLower & Co,,0.5\n"
    )
    assert 'download="no-such-folder-figure-7.csv"' in shown.html


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1 & 2", "@here", "\tx"])
def test_a_text_that_looks_like_a_formula_is_saved_as_text(
    study: Study, shown: Shown, text: str
) -> None:
    study.table(BEDS.assign(trust=text), caption="Beds", columns={"trust": "Trust"})
    assert [row[0] for row in csv.reader(io.StringIO(saved(shown.html), newline=""))][1:] == [
        f"'{text}"
    ] * 2


def test_a_placeholder_is_no_description(study: Study) -> None:
    with pytest.raises(ValueError, match="40 characters"):
        study.figure(plot_beds, BEDS, title="Beds", describe=lambda _: "A chart.", columns=COLUMNS)
    plt.close("all")


def test_without_its_evidence_a_figure_is_a_panel(study: Study, shown: Shown) -> None:
    rates = study.evidence("rates")
    show_figure(study, study.derive(plot_beds, rates), evidence="rates")
    assert shown[-1].kind == "missing"
    assert "Not shown: the figure “Figure 7. Beds &amp; more”" in shown.html
    assert "It needs hes_rates." in shown.html
    assert "To get it: add the files." in shown.html
    study.sources()
    assert "table rates: nothing; wanted hes_rates." in shown.html


def test_an_empty_table_whose_evidence_is_there_is_refused(study: Study) -> None:
    with pytest.raises(MethodError, match="no rows, though its evidence is there"):
        show_figure(study, BEDS.head(0))


def test_an_empty_table_may_be_explained(study: Study, shown: Shown) -> None:
    show_figure(study, BEDS.head(0), missing="peers with beds of this kind")
    assert "It needs peers with beds of this kind." in shown.html


def test_a_sentence_carries_computed_values_only_as_text(study: Study, shown: Shown) -> None:
    study.say("{name} grows <fast> by {growth:signed percent}.", name="<b>X</b>", growth=0.0312)
    assert shown.html == (
        '<p class="ca-text">&lt;b&gt;X&lt;/b&gt; grows &lt;fast&gt; by +3.1%.</p>'
    )


def test_a_number_in_a_sentence_needs_a_style(study: Study) -> None:
    with pytest.raises(ValueError, match="has no style"):
        study.say("{growth} more", growth=0.03)


def test_a_headline_leaves_out_the_sentences_that_lack_a_value(study: Study, shown: Shown) -> None:
    study.headline(
        "How many?",
        "There are {beds:decimal 1} beds. Of them {free:integer} are free.",
        beds=12.5,
        free=None,
    )
    assert shown[-1].facts["answer"] == "There are 12.5 beds."
    study.headline("How many?", "There are {beds:integer} beds.", beds=float("nan"))
    assert "do not answer this" in shown[-1].facts["answer"]


def test_key_numbers_are_formatted_and_those_without_a_value_left_out(
    study: Study, shown: Shown
) -> None:
    study.key_numbers({"Beds <now>": (12000, "integer"), "Beds later": (None, "integer")})
    assert shown[-1].facts["numbers"] == [{"label": "Beds <now>", "text": "12,000"}]
    assert "Beds &lt;now&gt; <b>12,000</b>" in shown[-1].html


def test_a_headline_is_kept_for_the_index(study: Study, shown: Shown) -> None:
    study.headline("How many?", "{beds:integer}.", beds=12000)
    assert shown[-1].facts == {"question": "How many?", "answer": "12,000."}


def test_one_value_is_picked_by_its_row(study: Study) -> None:
    assert study.value(BEDS, "beds", trust="<script>alert(1)</script>") == 12000.0
    assert study.value(pd.DataFrame(), "beds", trust="x") is None


@pytest.mark.parametrize(("where", "rows"), [({"rate": 0.5}, 2), ({"trust": "none"}, 0)])
def test_a_value_of_no_single_row_is_refused(
    study: Study, where: dict[str, object], rows: int
) -> None:
    with pytest.raises(MethodError, match=f"found {rows} rows"):
        study.value(BEDS, "beds", **where)


FINDINGS = pd.DataFrame(
    {
        "claim_id": ["a1-001", "a1-002"],
        "statement": ["Residents grow", "Nothing says"],
        "quotation": ["grow <by> 17%", None],
        "unit": ["percent", "persons"],
        "printed": [17.0, None],
        "recomputed": [17.23, None],
        "lower": [16.1, None],
        "upper": [18.4, None],
        "verdict": ["reproduced", "not testable"],
        "reason": ["Within its rounding.", "No public figure."],
    }
)


def test_findings_show_what_was_printed_and_recomputed(study: Study, shown: Shown) -> None:
    study.findings(FINDINGS)
    assert 'Residents grow <q class="ca-place">grow &lt;by&gt; 17%</q>' in shown.html
    assert "17.23%" in shown.html
    assert "16.10% to 18.40%" in shown.html
    assert '<span aria-hidden="true">✓</span> reproduced' in shown.html
    assert "1 of 2 claims could be tested. By verdict: 1 reproduced, 1 not testable." in shown.html
    folded = shown.html.split("<details>")[1]
    assert "Nothing says" in folded
    assert "Residents grow" not in folded
    facts = shown[-1].facts["findings"]
    assert (facts[0]["recomputed"], facts[1]["printed"]) == (17.23, None)


def test_a_verdict_of_another_word_is_refused(study: Study) -> None:
    with pytest.raises(MethodError, match="the verdict 'plausible'"):
        study.findings(FINDINGS.assign(verdict="plausible"))


def test_every_verdict_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(VERDICTS)
    assert len(set(SIGNS.values())) == len(SIGNS)


@pytest.mark.parametrize(
    ("value", "unit", "step", "more", "text"),
    [
        (17.0, "percent", 1.0, 0, "17%"),
        (17.234, "percent", 1.0, 1, "17.2%"),
        (1.25, "percent", 0.1, 1, "1.25%"),
        (1063000.0, "persons", 1000.0, 0, "1,063,000"),
        (2500000.0, "pounds", 100000.0, 0, "£2,500,000"),
        (4.0, "days", 1.0, 0, "4 days"),
        (4.26, "days", 1.0, 1, "4.3 days"),
        (1058208.2, "persons", 100000.0, 1, "1,058,208"),
        (None, "percent", 1.0, 0, "not available"),
    ],
)
def test_a_claims_number_is_written_to_its_printed_place(
    value: float | None, unit: str, step: float, more: int, text: str
) -> None:
    assert amount(value, unit, step=step, more=more) == text


def test_years_come_from_the_case_unless_given(study: Study, shown: Shown) -> None:
    assert (study.base_year, study.horizon_year) == (2023, 2033)
    other = Study(CASE, study.library, parameters={"horizon_year": 2030}, show=shown.append)
    assert other.horizon_year == 2030


def test_random_numbers_start_from_the_seed(study: Study) -> None:
    same = Study(CASE, study.library, parameters={"seed": 4})
    assert study.rng.random() == same.rng.random()


def test_a_study_with_a_misspelt_parameter_is_refused() -> None:
    with pytest.raises(ParameterError, match="did you mean 'seed'"):
        open_study(case="x", sead=1)


def test_what_rests_on_the_case_and_its_records_says_so(study: Study, shown: Shown) -> None:
    about = {"caption": "Beds", "columns": COLUMNS}
    study.table(BEDS, **about, records=["claims", "assumptions"], note="In March.")
    assert "Source: what the case prints; the register of assumptions. In March." in shown.html
    assert shown[-1].facts["records"] == ["claims", "assumptions"]
    study.table(BEDS, **about, evidence=study.held("beds", "rates"), records="risks")
    assert re.search(r"Source: <a .*>Beds by trust</a> .*; the record of risks\.", shown.html)
    with pytest.raises(ValueError, match="opinions"):
        study.table(BEDS, **about, records="opinions")
