from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import prevalence


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("Harbour", "place", "Diabetes", 0.080, 0.078, 0.082),
            ("Moor and Fen District", "place", "Diabetes", 0.070, 0.069, 0.071),
            (
                "A Commissioner with a Name of Three Lines Integrated Care Board",
                "commissioner",
                "Diabetes",
                0.074,
                0.073,
                0.075,
            ),
            ("Peers", "peers", "Diabetes", 0.073, 0.072, 0.074),
            ("England", "England", "Diabetes", 0.072, 0.0719, 0.0721),
            ("Harbour", "place", "Dementia", 0.009, 0.008, 0.010),
            ("Moor and Fen District", "place", "Dementia", 0.012, 0.011, 0.013),
            (
                "A Commissioner with a Name of Three Lines Integrated Care Board",
                "commissioner",
                "Dementia",
                0.010,
                0.0095,
                0.0105,
            ),
            ("England", "England", "Dementia", 0.008, 0.0079, 0.0081),
        ],
        columns=["area_name", "area_kind", "register_name", "share", "lower", "upper"],
    )


def test_one_panel_a_register_with_a_dot_for_every_place_and_commissioner(
    table: pd.DataFrame,
) -> None:
    axes = prevalence.plot_prevalence(table)
    assert [ax.get_title(loc="left") for ax in axes] == ["Diabetes", "Dementia"]
    dots = [line for line in axes[0].lines if line.get_linestyle() == "None"]
    assert sorted(x for line in dots for x in line.get_xdata()) == [0.070, 0.074, 0.080]


def test_intervals_are_drawn(table: pd.DataFrame) -> None:
    ax = prevalence.plot_prevalence(table)[0]
    spans = {
        tuple(np.round(segment[:, 0], 4))
        for each in ax.collections
        for segment in each.get_segments()
    }
    assert spans == {(0.078, 0.082), (0.069, 0.071), (0.073, 0.075)}


def test_england_and_peers_are_reference_lines_with_their_values_in_words(
    table: pd.DataFrame,
) -> None:
    axes = prevalence.plot_prevalence(table)
    levels = {line.get_xdata()[0] for line in axes[0].lines if line.get_linestyle() != "None"}
    assert levels == {0.072, 0.073}
    words = [ax.texts[0].get_text().replace("\N{NO-BREAK SPACE}", "") for ax in axes]
    assert words == ["England 7.2%\npeers 7.3%", "England 0.8%"]
    # A piece of each line stands before its words.
    assert [len(ax.texts) - 1 for ax in axes] == [2, 1]
    assert axes[0].figure.legends == []


def test_alt_text_names_the_place_furthest_from_england(table: pd.DataFrame) -> None:
    # Diabetes in Harbour is 0.8 points above England, dementia in Moor and Fen 0.4.
    text = prevalence.describe_prevalence(table)
    assert "Diabetes in Harbour stands furthest from England: 8.0% against 7.2%" in text
    assert "from 0.9% (Dementia, Harbour) to 8.0% (Diabetes, Harbour)" in text
    assert 40 <= len(text) <= 400


def test_without_england_the_most_recorded_register_is_named(table: pd.DataFrame) -> None:
    text = prevalence.describe_prevalence(table.loc[table["area_kind"].ne("England")])
    assert "Diabetes is recorded most in Harbour: 8.0%" in text


def test_seven_registers_leave_their_table_alone_and_no_text_on_another(
    table: pd.DataFrame, overlaps
) -> None:
    one = table.loc[table["register_name"].eq("Diabetes")]
    many = pd.concat([one.assign(register_name=f"Register number {n}") for n in range(7)])
    before = many.copy(deep=True)
    axes = prevalence.plot_prevalence(many)
    assert overlaps(axes[0].figure) == []
    pd.testing.assert_frame_equal(many, before)
