"""Queues in front of servers such as beds, rooms or clinicians: who is lost, who waits how long."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns


def erlang_b(offered: float, servers: float) -> float:
    """Return the share of arrivals that find every server busy and are lost (0 to 1).

    Parameters
    ----------
    offered : float
        Servers that would be busy on average if none were lost: arrivals x time in service.
    servers : float
        Whole number of servers, such as beds.

    Returns
    -------
    float
        1 with no server.

    Raises
    ------
    MethodError
        If the load is negative or not a number, or the servers are not a whole number from 0.

    Notes
    -----
    B(0) = 1; B(n) = aB(n - 1) / (n + aB(n - 1)). Arrivals are Poisson; the time in service may
    have any distribution. Erlang, A. K. (1917); recursion as in Cooper, R. B. (1981),
    Introduction to Queueing Theory, 2nd ed., section 3.3.
    """
    _require(offered >= 0 and np.isfinite(offered), f"a load of {offered}", "0 or more")
    _require(servers >= 0 and servers == int(servers), f"{servers} servers", "a whole number")
    lost = 1.0
    for server in range(1, int(servers) + 1):
        lost = offered * lost / (server + offered * lost)
    return lost


def erlang_c(offered: float, servers: float) -> float:
    """Return the share of arrivals that must wait because every server is busy (0 to 1).

    Parameters
    ----------
    offered : float
        As for `erlang_b`; arrivals wait instead of being lost.
    servers : float
        Whole number of servers, more than the load.

    Returns
    -------
    float
        0 without load.

    Raises
    ------
    MethodError
        If the servers are not more than the load: the queue would grow without end.

    Notes
    -----
    C = B / (1 - r(1 - B)) with B of `erlang_b` and r = offered / servers.
    """
    _require(
        servers > offered, f"{servers} servers for a load of {offered:g}", "more than the load"
    )
    lost = erlang_b(offered, servers)
    return lost / (1 - offered / servers * (1 - lost))


def waits(
    table: pd.DataFrame,
    *,
    arrivals: str,
    service_time: str,
    servers: str,
    within: float,
    cv_arrivals: float = 1.0,
    cv_service: float = 1.0,
) -> pd.DataFrame:
    """Return how long arrivals wait for one of several servers, such as rooms or clinicians.

    Parameters
    ----------
    table : DataFrame
        One row a service.
    arrivals, service_time, servers : str
        Columns of the arrivals in a unit of time, the mean time in service in the same unit, and
        the whole number of servers.
    within : float
        Wait in the same unit of time, for which the share is given.
    cv_arrivals, cv_service : float
        Coefficients of variation of the times between arrivals and in service: 1 for random
        arrivals and for exponential times, 0 for a timetable kept to the minute.

    Returns
    -------
    DataFrame
        The table with ``utilisation`` (share), ``delayed`` (share that waits at all),
        ``mean_wait`` (over all arrivals, in the unit of time) and ``share_within``.

    Raises
    ------
    MethodError
        If an amount is missing or negative, or the servers are not more than the load.

    Notes
    -----
    Allen and Cunneen: mean wait = C / (c/s - l) x V, with l arrivals, s mean service time,
    c servers, C of `erlang_c` and V = (cv_arrivals^2 + cv_service^2) / 2; exact for M/M/c and
    M/G/1. Share within t = 1 - C exp(-(c/s - l) t / V), exact for M/M/c.

    Allen, A. O. (1990), Probability, Statistics and Queueing Theory, 2nd ed., section 5.3.
    """
    columns = [arrivals, service_time, servers]
    require_columns(table, columns, where="services")
    require_amounts(table, columns, key=columns, where="services")
    variability = _variability(cv_arrivals, cv_service)
    _require(within >= 0, f"a wait of {within}", "0 or more")
    rows = [
        _wait(rate, time, number, within, variability)
        for rate, time, number in table[columns].itertuples(index=False, name=None)
    ]
    found = pd.DataFrame(
        rows, columns=["utilisation", "delayed", "mean_wait", "share_within"], index=table.index
    )
    return pd.concat([table, found], axis=1)


def servers_needed(
    table: pd.DataFrame,
    *,
    arrivals: str,
    service_time: str,
    within: float,
    acceptable_share: float,
    cv_arrivals: float = 1.0,
    cv_service: float = 1.0,
) -> pd.DataFrame:
    """Return the fewest servers with which a share of arrivals starts within a time.

    Parameters
    ----------
    table, arrivals, service_time, within, cv_arrivals, cv_service
        As for `waits`.
    acceptable_share : float
        Share of arrivals to start within that time, between 0 and 1.

    Returns
    -------
    DataFrame
        The table with ``servers`` and the columns that `waits` adds.

    Raises
    ------
    MethodError
        As for `waits`; or if the share is not between 0 and 1.
    """
    columns = [arrivals, service_time]
    require_columns(table, columns, where="services")
    require_amounts(table, columns, key=columns, where="services")
    _require(0 < acceptable_share < 1, f"a share of {acceptable_share}", "between 0 and 1")
    variability = _variability(cv_arrivals, cv_service)
    fewest = [
        _fewest_servers(rate, time, within, acceptable_share, variability)
        for rate, time in table[columns].itertuples(index=False, name=None)
    ]
    return waits(
        table.assign(servers=fewest),
        arrivals=arrivals,
        service_time=service_time,
        servers="servers",
        within=within,
        cv_arrivals=cv_arrivals,
        cv_service=cv_service,
    )


def _wait(
    rate: float, time: float, servers: float, within: float, variability: float
) -> tuple[float, float, float, float]:
    offered = rate * time
    delayed = erlang_c(offered, servers)
    if time == 0 or delayed == 0:
        return 0.0, 0.0, 0.0, 1.0
    spare = servers / time - rate
    mean = delayed / spare * variability
    later = delayed * np.exp(-spare * within / variability) if variability else 0.0
    return offered / servers, delayed, mean, float(1 - later)


def _fewest_servers(
    rate: float, time: float, within: float, share: float, variability: float
) -> int:
    servers = int(rate * time) + 1
    while _wait(rate, time, servers, within, variability)[3] < share:
        servers += 1
    return servers


def _variability(cv_arrivals: float, cv_service: float) -> float:
    _require(cv_arrivals >= 0 and cv_service >= 0, "a negative variation", "0 or more")
    return (cv_arrivals**2 + cv_service**2) / 2


def _require(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise MethodError(
            where="queues",
            found=found,
            wanted=wanted,
            remedy="correct the figure, its unit or the column that was named",
        )
