"""The smallest effect that an estimate could have found, and corrections for many outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.evaluation.adoption import refusal


def detectable_effect(
    standard_error: float, *, degrees: float, confidence_level: float, power: float
) -> float:
    """Return the smallest true effect that would be found with a given chance (outcome's unit).

    Parameters
    ----------
    standard_error : float
        Of the estimate, above 0.
    degrees : float
        Degrees of freedom of its t test; infinite for the normal.
    confidence_level, power : float
        Between 0 and 1.

    Returns
    -------
    float
        Absolute size.

    Raises
    ------
    MethodError
        If the standard error is not above 0, or a share is out of range.

    Notes
    -----
    (t(1 - a/2) + t(power)) x standard error: 2.80 standard errors at 80% power, 5% and many
    degrees of freedom. Bloom, H. S. (1995), Minimum detectable effects, Evaluation Review 19(5),
    547-556.
    """
    if not (standard_error > 0 and degrees > 0):
        found = f"a standard error of {standard_error} with {degrees} degrees of freedom"
        raise refusal("detectable effect", found, "both above 0")
    if not (0 < confidence_level < 1 and 0 < power < 1):
        found = f"a level of {confidence_level} and a power of {power}"
        raise refusal("detectable effect", found, "shares between 0 and 1")
    ends = stats.t.ppf([(1 + confidence_level) / 2, power], degrees)
    return float(ends.sum() * standard_error)


def adjust(table: pd.DataFrame, *, by: Sequence[str] = (), p_value: str) -> pd.DataFrame:
    """Return the table with its p values corrected for the number of tests in each group.

    Parameters
    ----------
    table : DataFrame
        One row a test.
    by : sequence of str
        Columns within whose values the tests belong together; all rows without it.
    p_value : str
        Column of the p values; a missing one is no test.

    Returns
    -------
    DataFrame
        The table with ``p_holm`` (no more than the level's share of a wrong finding among all
        tests) and ``p_false_discovery`` (expected share of wrong ones among findings).

    Raises
    ------
    MethodError
        If a column is missing or a p value is outside 0 to 1.

    Notes
    -----
    Holm, S. (1979), Scandinavian Journal of Statistics 6, 65-70. Benjamini, Y. and Hochberg, Y.
    (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    require_columns(table, [*by, p_value], where="p values")
    if not table[p_value].dropna().between(0, 1).all():
        raise refusal(f"p values, {p_value}", "a value outside 0 to 1", "p values")
    out = table.assign(p_holm=np.nan, p_false_discovery=np.nan)
    group = table.groupby(list(by)).ngroup() if by else pd.Series(0, index=table.index)
    for number in group.unique():
        index = table.index[group.eq(number)]
        tested = table.loc[index, p_value].dropna()
        if len(tested):
            values = tested.to_numpy(dtype=float)
            out.loc[tested.index, "p_holm"] = multipletests(values, method="holm")[1]
            out.loc[tested.index, "p_false_discovery"] = multipletests(values, method="fdr_bh")[1]
    return out
