"""How old the residents of each commissioner are, and where it stands among all of them."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.results import rank


def older_share_ranks(boards: pd.DataFrame) -> pd.DataFrame:
    """Return the share of residents aged 65 and over, and 85 and over, of each board, ranked.

    Parameters
    ----------
    boards : DataFrame
        ``area_code``, ``year``, ``population``, ``population_65_and_over``,
        ``population_85_and_over`` (persons), one row a board.

    Returns
    -------
    DataFrame
        ``area_code``, ``year``, ``age_group`` (65+, 85+), ``share`` (0 to 1), ``rank`` (1 the
        highest share; ties share the best); key ``area_code``, ``age_group``.
    """
    columns = {"population_65_and_over": "65+", "population_85_and_over": "85+"}
    require_columns(boards, ["area_code", "year", "population", *columns], where="boards")
    long = boards.melt(
        ["area_code", "year", "population"],
        list(columns),
        var_name="age_group",
        value_name="older",
    ).replace({"age_group": columns})
    shares = long.assign(share=long["older"] / long["population"])
    ranked = rank(shares, value="share", within=["age_group"])
    return ranked[["area_code", "year", "age_group", "share", "rank"]]
