"""Small monthly tables, as panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.quality.checks import JumpLimits
from caseanalysis.quality.series import Panel

LIMITS = JumpLimits(
    score=6, change=0.25, level=100, periods=13, organisations=10, reason="as on record"
)


def panel(series: Mapping[str, Sequence[float | None]], start: str = "2031-01-01") -> Panel:
    """Return a panel of one measure; None is no row, NaN a row without the figure."""
    rows = [
        {"month": month, "org_code": code, "attendances": value}
        for code, values in series.items()
        for month, value in zip(
            pd.date_range(start, periods=len(values), freq="MS"), values, strict=True
        )
        if value is not None
    ]
    return Panel(
        table="ae_monthly",
        source="ae_monthly_csv",
        rows=pd.DataFrame(rows),
        time="month",
        entity="org_code",
        parts=[],
        measures=["attendances"],
        step=1,
    )
