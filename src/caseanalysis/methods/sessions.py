"""Theatre sessions and clinic slots that hold a number of cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns


def sessions_needed(
    table: pd.DataFrame,
    *,
    cases: str,
    minutes: str,
    deviation: str,
    session_minutes: float,
    turnover_minutes: float,
    acceptable_overrun: float,
) -> pd.DataFrame:
    """Return the sessions that hold a number of cases whose length varies.

    Parameters
    ----------
    table : DataFrame
        One row a service.
    cases : str
        Column of the cases to be done in a period: the demand with its margin, as given by
        ``waiting_lists.targets``, not the mean demand alone.
    minutes, deviation : str
        Columns of mean and standard deviation of the minutes of a case.
    session_minutes, turnover_minutes : float
        Length of a session, and the time between two cases.
    acceptable_overrun : float
        Share of sessions that may end late, between 0 and 0.5.

    Returns
    -------
    DataFrame
        The table with ``cases_per_session`` (whole), ``overrun`` (share of sessions that end
        late), ``utilisation`` (share of the session in use for patients) and ``sessions`` (whole,
        in the period).

    Raises
    ------
    MethodError
        If an amount is missing, negative or 0 where it cannot be, or not even one case fits.

    Notes
    -----
    The most k with km + (k - 1)t + z s sqrt(k) <= session, with m and s the mean and deviation,
    t the turnover and z the normal quantile of the overrun; sessions = cases / k, rounded up.
    Times are taken as independent and their sum as normal, which for few long cases is rough.
    """
    columns = [cases, minutes, deviation]
    require_columns(table, columns, where="sessions")
    require_amounts(table, columns, key=columns, where="sessions")
    _require(0 < acceptable_overrun <= 0.5, f"an overrun of {acceptable_overrun}", "0 to 0.5")
    _require(bool(table[minutes].gt(0).all()), "a case of 0 minutes", "minutes above 0")
    mean, spread = _floats(table[minutes]), _floats(table[deviation])
    counts = np.arange(1, 1 + max(1, int(session_minutes // max(mean.min(initial=1e9), 1e-9))))
    needed = np.outer(mean, counts) + turnover_minutes * (counts - 1)
    margin = norm.isf(acceptable_overrun) * np.outer(spread, np.sqrt(counts))
    most = (needed + margin <= session_minutes).sum(axis=1)
    _require(bool((most > 0).all()), "a case longer than the session", "a longer session")
    spare = session_minutes - needed[np.arange(len(most)), most - 1]
    deviations = np.maximum(spread * np.sqrt(most), 1e-9)
    return table.assign(
        cases_per_session=most,
        overrun=norm.sf(spare / deviations),
        utilisation=mean * most / session_minutes,
        sessions=np.ceil(_floats(table[cases]) / most - 1e-9).astype(int),
    )


def slots_needed(table: pd.DataFrame, *, attended: str, missed: str) -> pd.DataFrame:
    """Return the slots to offer so that enough are attended.

    Parameters
    ----------
    table : DataFrame
        One row a clinic.
    attended : str
        Column of the appointments that must be attended in a period: the demand with its margin,
        as given by ``waiting_lists.targets``, not the mean demand alone.
    missed : str
        Column of the share of slots that go unused: not attended, or cancelled too late.

    Returns
    -------
    DataFrame
        The table with ``slots`` (whole, in the period).

    Raises
    ------
    MethodError
        If an amount is missing or negative, or every slot goes unused.

    Notes
    -----
    slots = attended / (1 - missed), rounded up. Overbooking is the same number seen from the
    other side: the slots offered beyond those that can be held.
    """
    require_columns(table, [attended, missed], where="clinics")
    require_amounts(table, [attended, missed], key=[attended, missed], where="clinics")
    _require(bool(table[missed].lt(1).all()), "every slot unused", "a share below 1")
    offered = _floats(table[attended]) / (1 - _floats(table[missed]))
    return table.assign(slots=np.ceil(offered - 1e-9).astype(int))


def _floats(values: pd.Series) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _require(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise MethodError(
            where="sessions",
            found=found,
            wanted=wanted,
            remedy="correct the figure, its unit or the column that was named",
        )
