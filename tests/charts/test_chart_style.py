from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import style
from caseanalysis.errors import MissingDataError


def test_numbers_are_written_with_thousands_separators_and_a_true_minus_sign() -> None:
    assert style.count_text(1234567) == "1,234,567"
    assert style.count_text(-1234.56, decimals=1) == "−1,234.6"


def test_a_share_becomes_a_percentage_in_words_only() -> None:
    assert style.share_text(0.1234) == "12.3%"
    assert style.share_text(0.95, decimals=0) == "95%"


@pytest.mark.parametrize(
    ("value", "text"), [(0.46, "+46%"), (-0.05, "−5%"), (0.001, "0%"), (-0.001, "0%")]
)
def test_a_change_has_a_sign_unless_it_rounds_to_zero(value: float, text: str) -> None:
    assert style.signed_text(value, share=True) == text


def test_names_are_listed_with_and_before_the_last() -> None:
    assert style.list_text(["a", "b", "c"]) == "a, b and c"
    assert style.list_text(["a"]) == "a"


def test_text_is_broken_into_even_lines_and_never_within_a_word() -> None:
    assert style.broken("Great Harbour", width=8) == "Great\nHarbour"
    assert style.broken("Abcdefghijkl", width=4) == "Abcdefghijkl"
    assert style.broken("one two three four", width=14) == "one two\nthree four"


def test_labels_lose_their_capital_within_a_sentence_but_abbreviations_keep_theirs() -> None:
    assert style.in_sentence("Emergency admissions") == "emergency admissions"
    assert style.in_sentence("A&E attendances") == "A&E attendances"
    assert style.in_sentence("NHS beds") == "NHS beds"


def test_a_description_keeps_the_leading_sentences_within_400_characters() -> None:
    first, second, third = "A" * 200 + ".", "B" * 150 + ".", "C" * 100 + "."
    assert style.compose_description(first, second, third) == f"{first} {second}"


def test_an_overlong_first_sentence_is_shortened_to_400_characters() -> None:
    text = style.compose_description("word " * 200)
    assert len(text) <= 400
    assert text.endswith("…")


def test_labels_apart_stay_where_they_are() -> None:
    assert style.spread([10, 50], [10, 10], low=0, high=100) == [10, 50]


def test_labels_that_touch_are_pushed_apart_around_their_middle_in_the_same_order() -> None:
    # Two labels 10 high wished at 50 and 52 stand 10 apart around 51.
    assert style.spread([52, 50], [10, 10], low=0, high=100) == [56, 46]


def test_labels_stay_within_the_axes() -> None:
    assert style.spread([99, 100], [10, 10], low=0, high=100) == [85, 95]
    assert style.spread([0, 1], [10, 10], low=0, high=100) == [5, 15]


def test_england_and_peers_look_the_same_whatever_stands_beside_them() -> None:
    table = pd.DataFrame(
        {
            "org": ["England", "Trust A", "Peers", "Trust B"],
            "kind": ["England", "trust", "peers", "trust"],
        }
    )
    styles = style.organisation_styles(table, name="org", kind="kind")
    assert styles["England"] is style.ENGLAND_STYLE
    assert styles["Peers"] is style.PEERS_STYLE
    looks = [(look.colour, look.line, look.marker) for look in styles.values()]
    assert len({str(look) for look in looks}) == 4


def test_five_series_differ_without_colour() -> None:
    styles = style.series_styles("abcde").values()
    assert len({str(each.line) for each in styles}) == 5
    assert len({each.hatch for each in styles}) == 5
    assert len({each.marker for each in styles}) == 5


def test_a_table_without_a_column_is_refused_by_name() -> None:
    with pytest.raises(MissingDataError, match="no column share"):
        style.check_columns(pd.DataFrame({"a": [1]}), ("a", "share"), chart="x", value="a")


@pytest.mark.parametrize("values", [[], [float("nan")]])
def test_a_table_without_figures_is_not_drawn(values: list[float]) -> None:
    table = pd.DataFrame({"a": values}, dtype=float)
    with pytest.raises(MissingDataError, match="no figure in column a"):
        style.check_columns(table, ("a",), chart="x", value="a")


def test_extremes_leave_missing_values_out_and_accept_a_repeated_index() -> None:
    table = pd.DataFrame({"n": list("abc"), "v": [2.0, float("nan"), 1.0]}, index=[0, 0, 0])
    least, most = style.extremes(table, "v")
    assert (least["n"], most["n"]) == ("c", "a")


def test_a_trust_looks_the_same_whatever_the_order_of_the_table() -> None:
    one, other = style.trust_styles(["B", "a", "C"]), style.trust_styles(["C", "B", "a", "B"])
    assert list(one) == ["B", "a", "C"]
    assert list(other) == ["C", "B", "a"]
    assert all(one[name] is other[name] for name in one)
    assert one["a"].colour == style.BLUE
